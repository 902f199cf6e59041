/**
 * A data directory that the node cannot start with. The message is one line for the user: what is wrong, why, and what
 * to do.
 */
export class LogDirectoryError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'LogDirectoryError'
  }
}
