/**
 * The disk failed under a log: a read, write, flush or rename. Its data directory is offline from then on, nothing in
 * it is acknowledged any more; the wire says KAFKA_STORAGE_ERROR. Other directories live on.
 */
export class StorageError extends Error {
  /** The data directory that went offline (an entry of `log.dirs`). */
  readonly directory: string

  constructor({ directory, message, cause }: { directory: string; message: string; cause?: unknown }) {
    super(`${message} (${directory})`, cause === undefined ? undefined : { cause })
    this.name = 'StorageError'
    this.directory = directory
  }
}
