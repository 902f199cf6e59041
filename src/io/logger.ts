/** Structured log fields. Never a secret: redact before logging. */
export type LogFields = Readonly<Record<string, unknown>>

/** The part of pino's logger that the rooms use; a child carries Kafka's logger name (`kafka.server.KafkaServer`). */
export interface Logger {
  trace(fields: LogFields, message: string): void
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  fatal(fields: LogFields, message: string): void
  /** A logger that writes under `name`. */
  named(name: string): Logger
}
