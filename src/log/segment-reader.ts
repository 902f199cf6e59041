import { BATCH_CORRUPT, sizeOfBatchAt } from '../protocol/records/batch-parser.ts'
import {
  CURRENT_MAGIC,
  NO_PARTITION_LEADER_EPOCH,
  RECORD_BATCH_OVERHEAD,
  readBaseOffset,
  readMagic,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
} from '../protocol/records/record-batch.ts'
import { CorruptIndexError } from './index-file.ts'
import {
  CorruptSegmentError,
  type LoadedRecords,
  lastOffsetOf,
  noRecords,
  type ReadRequest,
  selectBatches,
} from './log-read.ts'
import type { LogSegment } from './log-segment.ts'
import type { OffsetPosition } from './offset-index.ts'

/** Read at once where the wanted batch may lie some way behind the place that the index names. */
const SEEK_BYTES = 16 * 1024

export interface SegmentRead extends LoadedRecords {
  /** The position behind the last batch. */
  readonly endPosition: number
}

/** The bytes of the segment's file from `position` on; fewer than asked at the end of the file. */
export async function readSegmentBytes(
  segment: LogSegment,
  { position, sizeBytes }: { position: number; sizeBytes: number },
): Promise<Buffer> {
  const into = Buffer.allocUnsafeSlow(sizeBytes)
  const readBytes = await segment.files.handles.use(segment.path(), { create: false }, file =>
    file.read(into, position),
  )
  return into.subarray(0, readBytes)
}

/**
 * Where in the segment's file the batch that contains `offset` begins, or the next one: at or behind `from`, a place
 * where a batch begins. `endPosition` where there is none before it. Rejects with `CorruptSegmentError`, `DiskError`.
 */
export async function seekBatch(
  segment: LogSegment,
  { offset, from, endPosition }: { offset: number; from: number; endPosition: number },
): Promise<number> {
  let found = endPosition
  await walkHeaders(segment, { from, endPosition }, (bytes, at, position) => {
    if (lastOffsetOf(bytes, at) < offset) return 'continue'
    found = position
    return 'stop'
  })
  return found
}

export interface LastBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  /** -1 for none. */
  readonly leaderEpoch: number
}

/**
 * The last batch of the segment's file, from a place on where a batch begins; undefined where there is none. Rejects with
 * `CorruptSegmentError`, also where the file does not end with the end of a batch, and `DiskError`.
 */
export async function lastBatchFrom(
  segment: LogSegment,
  { from, endPosition }: { from: number; endPosition: number },
): Promise<LastBatch | undefined> {
  let last: LastBatch | undefined
  await walkHeaders(segment, { from, endPosition }, (bytes, at) => {
    const isCurrent = readMagic(bytes, at) === CURRENT_MAGIC
    last = {
      baseOffset: readBaseOffset(bytes, at),
      lastOffset: lastOffsetOf(bytes, at),
      leaderEpoch: isCurrent ? readPartitionLeaderEpoch(bytes, at) : NO_PARTITION_LEADER_EPOCH,
    }
    return 'continue'
  })
  return last
}

/** Visits the headers of batches without reading more of large ones than that. */
async function walkHeaders(
  segment: LogSegment,
  { from, endPosition }: { from: number; endPosition: number },
  visit: (bytes: Buffer, at: number, position: number) => 'continue' | 'stop',
): Promise<void> {
  let position = from
  while (position < endPosition) {
    const sizeBytes = Math.min(SEEK_BYTES, endPosition - position)
    const bytes = await readSegmentBytes(segment, { position, sizeBytes })
    let at = 0
    while (at + RECORD_BATCH_OVERHEAD <= bytes.length) {
      const batchBytes = checkedBatchSize(segment, { bytes, at, position, endPosition })
      if (visit(bytes, at, position + at) === 'stop') return
      at += batchBytes
    }
    if (at === 0) {
      throw new CorruptSegmentError({ path: segment.path(), position, reason: 'the end is cut short' })
    }
    position += at
  }
}

function checkedBatchSize(
  segment: LogSegment,
  { bytes, at, position, endPosition }: { bytes: Buffer; at: number; position: number; endPosition: number },
): number {
  const sizeBytes = sizeOfBatchAt(bytes, at, endPosition - position)
  if (sizeBytes > 0 && readBaseOffset(bytes, at) >= segment.baseOffset) return sizeBytes
  throw new CorruptSegmentError({
    path: segment.path(),
    position: position + at,
    reason: sizeBytes === BATCH_CORRUPT ? 'there is no batch' : 'a batch goes beyond the end',
  })
}

/**
 * Where to begin looking for `offset`: a place where a batch begins, at or before it. An index that is damaged is passed
 * over, the segment is then looked through from its start.
 */
export async function indexedPosition(
  segment: LogSegment,
  { offset, endPosition }: { offset: number; endPosition: number },
): Promise<number> {
  let entry: OffsetPosition | undefined
  try {
    entry = await segment.offsetIndex.lookup(offset)
  } catch (error) {
    if (!(error instanceof CorruptIndexError)) throw error
  }
  if (entry === undefined || entry.position <= 0 || entry.position + RECORD_BATCH_OVERHEAD > endPosition) {
    return 0
  }
  return (await isIndexedBatch(segment, entry, endPosition)) ? entry.position : 0
}

/** Whether a batch begins where the index says, one that the entry can mean. */
async function isIndexedBatch(
  segment: LogSegment,
  entry: OffsetPosition,
  endPosition: number,
): Promise<boolean> {
  const header = await readSegmentBytes(segment, {
    position: entry.position,
    sizeBytes: RECORD_BATCH_OVERHEAD,
  })
  if (header.length < RECORD_BATCH_OVERHEAD) return false
  const baseOffset = readBaseOffset(header, 0)
  if (baseOffset < segment.baseOffset || baseOffset > entry.offset) return false
  if (sizeOfBatchAt(header, 0, endPosition - entry.position) <= 0) return false
  return readMagic(header, 0) !== CURRENT_MAGIC || lastOffsetOf(header, 0) >= baseOffset
}

/**
 * Reads batches from the segment's file, beginning with the one that contains the offset or the next one. `position` is
 * where that one begins, `endPosition` is how far the file holds the log's batches. Rejects with `CorruptSegmentError`,
 * `DiskError`.
 */
export async function readSegment(
  segment: LogSegment,
  request: ReadRequest,
  { position, endPosition }: { position: number; endPosition: number },
): Promise<SegmentRead> {
  const { offset, maxBytes, minOneMessage, endOffset } = request
  const leastBytes = minOneMessage ? RECORD_BATCH_OVERHEAD : 0
  let sizeBytes = Math.min(Math.max(maxBytes, leastBytes), endPosition - position)
  for (;;) {
    const bytes = await readSegmentBytes(segment, { position, sizeBytes })
    if (bytes.length < RECORD_BATCH_OVERHEAD) return { ...noRecords(offset), endPosition: position }
    const firstBytes = checkedBatchSize(segment, { bytes, at: 0, position, endPosition })
    if (readBaseOffset(bytes, 0) >= endOffset) return { ...noRecords(offset), endPosition: position }
    const run = selectBatches(bytes, {
      start: 0,
      offset,
      endOffset,
      maxBytes: Math.max(maxBytes, minOneMessage ? firstBytes : 0),
    })
    if (run.nextOffset !== undefined) {
      return {
        buffers: [bytes.subarray(run.from, run.to)],
        sizeBytes: run.to - run.from,
        nextOffset: run.nextOffset,
        endPosition: position + run.to,
      }
    }
    // The first batch alone is larger than what was asked for.
    if (!minOneMessage || bytes.length >= firstBytes) {
      return { ...noRecords(offset), endPosition: position }
    }
    sizeBytes = firstBytes
  }
}

/** The largest timestamp of the segment's first batch, by which it is rolled; undefined in an empty one. */
export async function firstBatchTimestamp(segment: LogSegment): Promise<bigint | undefined> {
  if (segment.writtenBytes < RECORD_BATCH_OVERHEAD) return undefined
  const header = await readSegmentBytes(segment, { position: 0, sizeBytes: RECORD_BATCH_OVERHEAD })
  const isBatch = header.length === RECORD_BATCH_OVERHEAD && readMagic(header, 0) === CURRENT_MAGIC
  return isBatch ? readMaxTimestamp(header, 0) : undefined
}
