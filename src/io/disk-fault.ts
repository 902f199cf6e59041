/** The operations that can be made to fail or to wait. */
export type DiskOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'flush'
  | 'truncate'
  | 'rename'
  | 'remove'
  | 'list'
  | 'syncDirectory'

export interface DiskFault {
  readonly operation: DiskOperation
  /** Which one fails, counted from 1 among those that match, from now on. */
  readonly nth: number
  /** As in `DiskError`: `EIO`, `ENOSPC` ... */
  readonly code: string
  /** Only operations on paths that contain this text count. */
  readonly pathContains?: string
  /** All later ones fail, too, as on a disk that has gone. */
  readonly forever?: boolean
  /** Of a failing write, so many bytes are written all the same. */
  readonly writtenBytes?: number
}
