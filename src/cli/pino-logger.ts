import pino from 'pino'
import type { LogFields, Logger } from '../io/logger.ts'
import type { LogLevel, LogLevels } from './log-levels.ts'
import { formatLogLine } from './log-line.ts'

export type LogFormat = 'text' | 'json'

/** Where lines go, a file descriptor for one. */
export interface LogDestination {
  write(line: string): void
}

type Method = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** Log lines that wait for a slow reader of the output are dropped beyond this. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** Standard output, written behind the event loop's back; what waits is bounded and written at `flush`. */
export const standardOutput = (): LogDestination & { flush(): void } => {
  const stream = pino.destination({ fd: 1, sync: false, minLength: 0, maxLength: MAX_WAITING_BYTES })
  // A reader that has gone away is no reason to stop.
  stream.on('error', () => {})
  return {
    write: line => {
      stream.write(line)
    },
    flush: () => {
      try {
        stream.flushSync()
      } catch {
        // As above; or the stream is not open yet and there is nothing to write to.
      }
    },
  }
}

const root = (format: LogFormat, destination: LogDestination): pino.Logger =>
  pino(
    {
      level: 'trace',
      base: null,
      messageKey: 'msg',
      errorKey: 'err',
      formatters: { level: label => ({ level: label.toUpperCase() }) },
      serializers: { err: pino.stdSerializers.err },
    },
    format === 'json' ? destination : { write: line => destination.write(formatLogLine(line)) },
  )

class PinoLogger implements Logger {
  readonly #root: pino.Logger
  readonly #pino: pino.Logger
  readonly #levels: LogLevels
  readonly #name: string

  constructor({ root, levels, name }: { root: pino.Logger; levels: LogLevels; name: string }) {
    this.#root = root
    this.#pino = root.child({ logger: name })
    this.#levels = levels
    this.#name = name
  }

  #write(method: Method, level: LogLevel, { fields, message }: { fields: LogFields; message: string }): void {
    if (this.#levels.isEnabled(this.#name, level)) this.#pino[method](withError(fields), message)
  }

  trace(fields: LogFields, message: string): void {
    this.#write('trace', 'TRACE', { fields, message })
  }

  debug(fields: LogFields, message: string): void {
    this.#write('debug', 'DEBUG', { fields, message })
  }

  info(fields: LogFields, message: string): void {
    this.#write('info', 'INFO', { fields, message })
  }

  warn(fields: LogFields, message: string): void {
    this.#write('warn', 'WARN', { fields, message })
  }

  error(fields: LogFields, message: string): void {
    this.#write('error', 'ERROR', { fields, message })
  }

  fatal(fields: LogFields, message: string): void {
    this.#write('fatal', 'FATAL', { fields, message })
  }

  named(name: string): Logger {
    return new PinoLogger({ root: this.#root, levels: this.#levels, name })
  }
}

/** An error is told with its stack, under whatever name it comes; 64-bit numbers as text. */
const withError = (fields: LogFields): Record<string, unknown> => {
  const told: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) told['err'] = value
    else told[name] = typeof value === 'bigint' ? String(value) : value
  }
  return told
}

/** A logger that writes by pino: JSON as it is, or one readable line in Kafka's layout. */
export const pinoLogger = ({
  levels,
  format,
  destination,
}: {
  levels: LogLevels
  format: LogFormat
  destination: LogDestination
}): Logger => new PinoLogger({ root: root(format, destination), levels, name: 'kafka' })
