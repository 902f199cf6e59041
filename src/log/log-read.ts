import { endOfWholeBatches, sizeOfBatchAt } from '../protocol/records/batch-parser.ts'
import { CURRENT_MAGIC, readBaseOffset, readLastOffset, readMagic } from '../protocol/records/record-batch.ts'

export interface ReadRequest {
  /** The first offset wanted; the batch that contains it is returned whole. */
  readonly offset: number
  readonly maxBytes: number
  /** Return the first batch even when it is larger than `maxBytes`. */
  readonly minOneMessage: boolean
  /** Nothing at or behind this offset: the high watermark, the last stable offset or the log end offset. */
  readonly endOffset: number
}

/** Whole batches, in order. The buffers are the log's: never written to, valid for as long as they are referenced. */
export interface LoadedRecords {
  readonly buffers: readonly Buffer[]
  readonly sizeBytes: number
  /** The offset behind the last batch; the requested offset when there is none. */
  readonly nextOffset: number
}

/**
 * A consistent cut of the log, taken at once and without waiting:
 * - `memory`: the bytes are here.
 * - `file`: they lie in a file, some `sizeBytes` of them (a guess from above); `load` reads them. Where the log was
 *   truncated or the segment deleted in between, it resolves to nothing (no buffers). Rejects with `StorageError`, or
 *   with `CorruptSegmentError` where there are no batches in the file.
 * - `out-of-range`: before the log start offset or behind the log end offset.
 */
export type LogRead =
  | ({ readonly from: 'memory' } & LoadedRecords)
  | { readonly from: 'file'; readonly sizeBytes: number; load(): Promise<LoadedRecords> }
  | { readonly from: 'out-of-range' }

/** Bytes in a segment that are no batch, or not the batch that should be there. The wire says CORRUPT_MESSAGE. */
export class CorruptSegmentError extends Error {
  constructor({ path, position, reason }: { path: string; position: number; reason: string }) {
    super(`${path} is corrupt at ${position}: ${reason}`)
    this.name = 'CorruptSegmentError'
  }
}

export function noRecords(offset: number): LoadedRecords {
  return { buffers: [], sizeBytes: 0, nextOffset: offset }
}

/** The last offset of a batch; of an old message its own, which for a compressed one is its last. */
export function lastOffsetOf(buffer: Buffer, position: number): number {
  return readMagic(buffer, position) === CURRENT_MAGIC
    ? readLastOffset(buffer, position)
    : readBaseOffset(buffer, position)
}

/** A run of whole batches in a buffer. */
export interface BatchRun {
  readonly from: number
  readonly to: number
  /** The offset behind the run; undefined when it is empty. */
  readonly nextOffset: number | undefined
}

/**
 * The batches of `buffer` that a read wants: from the first whose last offset is `offset` or higher, up to but not
 * including the first that begins at or behind `endOffset`, goes beyond `maxBytes`, or is not there whole.
 */
export function selectBatches(
  buffer: Buffer,
  {
    start,
    offset,
    endOffset,
    maxBytes,
  }: { start: number; offset: number; endOffset: number; maxBytes: number },
): BatchRun {
  const end = endOfWholeBatches(buffer, start, buffer.length)
  let from = start
  while (from < end && lastOffsetOf(buffer, from) < offset) from += sizeOfBatchAt(buffer, from, end)
  let to = from
  let nextOffset: number | undefined
  while (to < end && readBaseOffset(buffer, to) < endOffset) {
    const sizeBytes = sizeOfBatchAt(buffer, to, end)
    if (to + sizeBytes - from > maxBytes) break
    nextOffset = lastOffsetOf(buffer, to) + 1
    to += sizeBytes
  }
  return { from, to, nextOffset }
}
