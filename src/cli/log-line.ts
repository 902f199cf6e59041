/** What pino writes: one JSON object per line. */
interface LogEntry {
  readonly time: number
  readonly level: string
  readonly logger: string
  readonly msg: string
  readonly err?: { readonly stack?: string; readonly message?: string }
  readonly [field: string]: unknown
}

const OWN_FIELDS = new Set(['time', 'level', 'logger', 'msg', 'err'])

const two = (value: number): string => String(value).padStart(2, '0')

/** Kafka's form of a time, in the zone of the machine: `2026-01-31 23:59:59,001`. */
const timestamp = (timeMs: number): string => {
  const time = new Date(timeMs)
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`
}

/** A client may have sent any of this: nothing in it may begin a line of its own or steer a terminal. */
const harmless = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const fieldText = (value: unknown): string => {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value) ?? String(value)
}

/** One readable line in the layout that Apache Kafka ships: `[time] LEVEL message (logger)`, then fields, then a stack. */
export const formatLogLine = (json: string): string => {
  const entry = JSON.parse(json) as LogEntry
  const fields = Object.entries(entry)
    .filter(([name]) => !OWN_FIELDS.has(name))
    .map(([name, value]) => ` ${name}=${fieldText(value)}`)
    .join('')
  const line = harmless(`[${timestamp(entry.time)}] ${entry.level} ${entry.msg}${fields} (${entry.logger})`)
  const stack = entry.err?.stack ?? entry.err?.message
  if (stack === undefined) return `${line}\n`
  return `${line}\n${stack
    .split('\n')
    .map(part => `${harmless(part)}\n`)
    .join('')}`
}
