/**
 * How a file is opened:
 * - `read`: must exist.
 * - `read-write`: must exist, read and written in place.
 * - `create`: made if missing, read and written in place; an existing file keeps its bytes.
 */
export type OpenMode = 'read' | 'read-write' | 'create'

export interface DirectoryEntry {
  readonly name: string
  readonly isDirectory: boolean
}

/**
 * A file or directory operation that failed. `code` is the system's (`ENOENT`, `EEXIST`, `ENOSPC`, `EIO`, `EACCES` ...).
 */
export class DiskError extends Error {
  readonly code: string
  readonly path: string

  constructor({
    code,
    path,
    operation,
    cause,
  }: { code: string; path: string; operation: string; cause?: unknown }) {
    super(`${operation} ${path}: ${code}`, cause === undefined ? undefined : { cause })
    this.name = 'DiskError'
    this.code = code
    this.path = path
  }
}

/**
 * One open file. Positions are bytes from the start. The caller orders its own writes: two operations under way at
 * once on overlapping ranges have no defined order. Buffers handed to `write` must not change until it resolves;
 * the buffer handed to `read` is the caller's and is filled in place.
 */
export interface DiskFile {
  readonly path: string
  /** Fills `into` from `position`; resolves to the number of bytes read, less than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Writes all of `buffers` one after another from `position` on; a short write is continued, never returned. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>
  /** Resolves once everything written before the call is on stable storage (fdatasync). A failed flush must not be retried and trusted. */
  flush(): Promise<void>
  truncate(sizeBytes: number): Promise<void>
  sizeBytes(): Promise<number>
  /** Waits for nothing: the caller has awaited its own operations. */
  close(): Promise<void>
}

/**
 * The file system under the data directories. Every failure is a `DiskError`. A path is absolute. What was written
 * or renamed survives a crash only after `DiskFile.flush` and, for names, `syncDirectory` of the parent.
 */
export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>
  /** The whole file; for small files (checkpoints, properties). Rejects with ENOENT when missing, EFBIG over `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<Buffer>
  /** Replaces the file as a whole: a temporary file, flushed, renamed over `path`, directory synced. After a crash the file is the old or the new one. */
  replaceFile(path: string, bytes: Uint8Array): Promise<void>
  list(directory: string): Promise<DirectoryEntry[]>
  exists(path: string): Promise<boolean>
  /** Makes the directory and its missing parents; an existing one is fine. */
  makeDirectory(path: string): Promise<void>
  rename(paths: { from: string; to: string }): Promise<void>
  /** Removes a file; a missing one is fine. */
  removeFile(path: string): Promise<void>
  /** Removes a directory with all that is in it; a missing one is fine. */
  removeDirectory(path: string): Promise<void>
  syncDirectory(path: string): Promise<void>
  /** Total and usable bytes of the volume that holds `path`. */
  space(path: string): Promise<{ totalBytes: number; usableBytes: number }>
  /**
   * Takes the lock file at `path` for this process; a lock left by a process that has died is taken over.
   * Rejects with code `ELOCKED` when a living process holds it.
   */
  lock(path: string): Promise<{ release(): Promise<void> }>
}
