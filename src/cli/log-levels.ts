/** The levels of log4j, which Kafka's users know, from the most talkative to silence. */
const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const ROOT_LOGGER = 'root'

/** A level by its name in any case; `undefined` for another word. */
export const parseLogLevel = (text: string): LogLevel | undefined => {
  const upper = text.trim().toUpperCase()
  return LOG_LEVELS.find(level => level === upper)
}

/**
 * Which logger says how much. Names form a tree by their dots, as in log4j: a logger without a level of its own has that
 * of its nearest ancestor, at last the root's. Levels may change at run time.
 */
export class LogLevels {
  readonly #own = new Map<string, LogLevel>()
  #root: LogLevel

  constructor(root: LogLevel = 'INFO') {
    this.#root = root
  }

  levelOf(name: string): LogLevel {
    for (let prefix = name; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
      const level = this.#own.get(prefix)
      if (level !== undefined) return level
    }
    return this.#root
  }

  isEnabled(name: string, level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.levelOf(name))
  }

  /** `undefined`: the logger goes back to its ancestor's level; the root's cannot be taken away. */
  set(name: string, level: LogLevel | undefined): void {
    if (name === ROOT_LOGGER || name === '') this.#root = level ?? this.#root
    else if (level === undefined) this.#own.delete(name)
    else this.#own.set(name, level)
  }

  /** The root and every logger with a level of its own. */
  entries(): ReadonlyMap<string, LogLevel> {
    return new Map([[ROOT_LOGGER, this.#root], ...this.#own])
  }
}
