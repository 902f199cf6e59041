import type { LogFields, Logger } from '../../../src/io/logger.ts'

export interface LogLine {
  readonly level: string
  readonly name: string
  readonly fields: LogFields
  readonly message: string
}

/** A logger that keeps its lines for the test to look at, and writes nothing. */
export class SilentLogger implements Logger {
  readonly #name: string
  readonly lines: LogLine[]

  constructor(name = '', lines: LogLine[] = []) {
    this.#name = name
    this.lines = lines
  }

  trace = this.#at('trace')
  debug = this.#at('debug')
  info = this.#at('info')
  warn = this.#at('warn')
  error = this.#at('error')
  fatal = this.#at('fatal')

  named(name: string): SilentLogger {
    return new SilentLogger(name, this.lines)
  }

  #at(level: string) {
    return (fields: LogFields, message: string) => {
      this.lines.push({ level, name: this.#name, fields, message })
    }
  }
}
