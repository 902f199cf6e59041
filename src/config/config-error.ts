/**
 * A configuration that the broker does not start with. The message is one line for the user: what is wrong, why, and
 * what to do.
 */
export class ConfigError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ConfigError'
  }
}
