import type { Compute } from '../io/compute.ts'
import { sizeOfBatchAt } from '../protocol/records/batch-parser.ts'
import { codecForId } from '../protocol/records/compression.ts'
import { readRecords } from '../protocol/records/record.ts'
import {
  NO_TIMESTAMP,
  RECORD_BATCH_OVERHEAD,
  readBaseOffset,
  readCompressionId,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
  readSizeBytes,
  readTimestampType,
} from '../protocol/records/record-batch.ts'
import { CorruptIndexError } from './index-file.ts'
import { lastOffsetOf } from './log-read.ts'
import { readLog } from './log-reader.ts'
import type { LogSegment } from './log-segment.ts'
import type { LogState } from './log-state.ts'
import type { MaxTimestamp } from './time-index.ts'

/** Read at a time while batches are looked through. */
const SCAN_BYTES = 256 * 1024
/** A batch that was accepted inflates to no more. */
const MAX_INFLATED_BYTES = 256 * 1024 * 1024

/** A record found by its timestamp. */
export interface TimestampAndOffset {
  readonly timestamp: bigint
  readonly offset: number
  /** Of the batch; undefined where it has none. */
  readonly leaderEpoch: number | undefined
}

/** The first record whose timestamp is at least `timestamp` (UnifiedLog.searchOffsetInLocalLog). */
export async function findByTimestamp(
  state: LogState,
  timestamp: bigint,
  compute: Compute,
): Promise<TimestampAndOffset | undefined> {
  for (const segment of [...state.segments.all]) {
    const max = await maxTimestampOf(state, segment)
    if (max === undefined || max.timestamp < timestamp) continue
    const from = Math.max(await indexedOffset(segment, timestamp), segment.baseOffset, state.logStartOffset)
    return scan(state, from, async (batch, position) => {
      if (readMaxTimestamp(batch, position) < timestamp) return undefined
      return firstRecord(batch, position, compute, {
        leastOffset: state.logStartOffset,
        isWanted: recordTimestamp => recordTimestamp >= timestamp,
      })
    })
  }
  return undefined
}

/** The first record with the log's largest timestamp (ListOffsets -3). */
export async function findMaxTimestamp(
  state: LogState,
  compute: Compute,
): Promise<TimestampAndOffset | undefined> {
  let largest: MaxTimestamp | undefined
  for (const segment of [...state.segments.all]) {
    let max = await maxTimestampOf(state, segment)
    if (max !== undefined && max.offset < state.logStartOffset) max = await scanMaxTimestamp(state, segment)
    if (max !== undefined && (largest === undefined || max.timestamp > largest.timestamp)) largest = max
  }
  if (largest === undefined || largest.timestamp < 0n) return undefined
  const { timestamp, offset } = largest
  return scan(state, Math.max(offset, state.logStartOffset), async (batch, position) => {
    if (readMaxTimestamp(batch, position) !== timestamp) return undefined
    return firstRecord(batch, position, compute, {
      leastOffset: 0,
      isWanted: recordTimestamp => recordTimestamp === timestamp,
    })
  })
}

/** The largest timestamp in a segment (-1 for none), from its time index, or from its batches where that is damaged. */
export async function maxTimestampOf(
  state: LogState,
  segment: LogSegment,
): Promise<MaxTimestamp | undefined> {
  try {
    return await segment.loadMaxTimestamp()
  } catch (error) {
    if (!(error instanceof CorruptIndexError)) throw error
  }
  const scanned = await scanMaxTimestamp(state, segment)
  segment.maxTimestamp = scanned ?? { timestamp: NO_TIMESTAMP, offset: segment.baseOffset }
  return segment.maxTimestamp
}

/** From the segment's batches, those before the log start offset left out. */
async function scanMaxTimestamp(state: LogState, segment: LogSegment): Promise<MaxTimestamp | undefined> {
  let max: MaxTimestamp | undefined
  const from = Math.max(segment.baseOffset, state.logStartOffset)
  await scan(state, from, async (batch, position) => {
    const offset = lastOffsetOf(batch, position)
    if (state.segments.floor(offset) !== segment) return 'end'
    const timestamp = readMaxTimestamp(batch, position)
    if (timestamp > (max?.timestamp ?? -1n)) max = { timestamp, offset }
    return undefined
  })
  return max
}

async function indexedOffset(segment: LogSegment, timestamp: bigint): Promise<number> {
  try {
    return (await segment.timeIndex.lookup(timestamp))?.offset ?? segment.baseOffset
  } catch (error) {
    if (!(error instanceof CorruptIndexError)) throw error
    return segment.baseOffset
  }
}

/** Calls `visit` for each batch from the one that contains `offset` on, until it finds something. */
async function scan<T>(
  state: LogState,
  offset: number,
  visit: (buffer: Buffer, position: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { logEndOffset } = state
  let next = offset
  while (next < logEndOffset) {
    const read = readLog(state, {
      offset: next,
      maxBytes: SCAN_BYTES,
      minOneMessage: true,
      endOffset: logEndOffset,
    })
    if (read.from === 'out-of-range') return undefined
    const records = read.from === 'memory' ? read : await read.load()
    if (records.sizeBytes === 0) return undefined
    for (const buffer of records.buffers) {
      let position = 0
      while (position < buffer.length) {
        const found = await visit(buffer, position)
        if (found !== undefined) return found
        position += sizeOfBatchAt(buffer, position, buffer.length)
      }
    }
    next = records.nextOffset
  }
  return undefined
}

async function firstRecord(
  buffer: Buffer,
  position: number,
  compute: Compute,
  { leastOffset, isWanted }: { leastOffset: number; isWanted: (timestamp: bigint) => boolean },
): Promise<TimestampAndOffset | undefined> {
  if (lastOffsetOf(buffer, position) < leastOffset) return undefined
  const epoch = readPartitionLeaderEpoch(buffer, position)
  const leaderEpoch = epoch < 0 ? undefined : epoch
  const baseOffset = readBaseOffset(buffer, position)
  if (readTimestampType(buffer, position) === 'LogAppendTime' && baseOffset >= leastOffset) {
    const timestamp = readMaxTimestamp(buffer, position)
    return isWanted(timestamp) ? { timestamp, offset: baseOffset, leaderEpoch } : undefined
  }
  const inflated = await inflate(buffer, position, compute)
  for (const { timestamp, offset } of readRecords(buffer, position, inflated)) {
    if (offset >= leastOffset && isWanted(timestamp)) return { timestamp, offset, leaderEpoch }
  }
  return undefined
}

async function inflate(buffer: Buffer, position: number, compute: Compute): Promise<Buffer | undefined> {
  const codec = codecForId(readCompressionId(buffer, position))
  if (codec === undefined) return undefined
  const payload = buffer.subarray(
    position + RECORD_BATCH_OVERHEAD,
    position + readSizeBytes(buffer, position),
  )
  return compute.run(() => codec.decompress(payload, MAX_INFLATED_BYTES))
}
