import { CorruptSegmentError } from '../log/log-read.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { StorageError } from '../log/storage-error.ts'
import { ErrorCode } from '../protocol/error-code.ts'

/**
 * What ListOffsets asks for: a place, or the first record at or behind a timestamp. Without tiered storage the local
 * start is the start, and nothing is tiered or waits to be uploaded.
 */
export type OffsetQuery =
  | 'latest'
  | 'earliest'
  | 'earliest-local'
  | 'max-timestamp'
  | 'latest-tiered'
  | 'earliest-pending-upload'
  | { readonly atOrAfter: bigint }

export interface FoundOffset {
  readonly errorCode: ErrorCode
  /** Undefined where there is no such offset. */
  readonly offset: number | undefined
  /** Of the record; undefined for a place. */
  readonly timestamp: bigint | undefined
  readonly leaderEpoch: number | undefined
}

/** How much of the log the asker may know of. */
export interface OffsetBounds {
  readonly leaderEpoch: number
  /** High watermark, last stable offset or log end offset. */
  readonly lastFetchableOffset: number
  /** This leader's epoch began above the high watermark: nobody knows yet what the latest offset is (KIP-207). */
  readonly isLatestUnknown: boolean
}

/** Nothing found, which is no error. */
const NOTHING: FoundOffset = noOffset(ErrorCode.NONE)

export function noOffset(errorCode: ErrorCode): FoundOffset {
  return { errorCode, offset: undefined, timestamp: undefined, leaderEpoch: undefined }
}

/** Looks up an offset in a log (Partition.fetchOffsetForTimestamp, UnifiedLog.fetchOffsetByTimestamp). */
export function lookUpOffset(
  log: PartitionLog,
  query: OffsetQuery,
  bounds: OffsetBounds,
): FoundOffset | Promise<FoundOffset> {
  switch (query) {
    case 'latest': {
      if (bounds.isLatestUnknown) return noOffset(ErrorCode.OFFSET_NOT_AVAILABLE)
      const { lastFetchableOffset, leaderEpoch } = bounds
      return { errorCode: ErrorCode.NONE, offset: lastFetchableOffset, timestamp: undefined, leaderEpoch }
    }
    case 'earliest':
    case 'earliest-local': {
      const offset = log.logStartOffset
      const leaderEpoch = log.epochForOffset(offset)
      return { errorCode: ErrorCode.NONE, offset, timestamp: undefined, leaderEpoch }
    }
    case 'latest-tiered':
    case 'earliest-pending-upload':
      return NOTHING
    case 'max-timestamp':
      return withinBounds(log.offsetOfMaxTimestamp(), bounds)
    default:
      return withinBounds(log.offsetForTimestamp(query.atOrAfter), bounds)
  }
}

/** A record that the asker may not see yet is none, or not known yet. */
async function withinBounds(
  search: ReturnType<PartitionLog['offsetForTimestamp']>,
  { lastFetchableOffset, isLatestUnknown }: OffsetBounds,
): Promise<FoundOffset> {
  let found: Awaited<typeof search>
  try {
    found = await search
  } catch (error) {
    if (error instanceof StorageError) return noOffset(ErrorCode.KAFKA_STORAGE_ERROR)
    if (error instanceof CorruptSegmentError) return noOffset(ErrorCode.CORRUPT_MESSAGE)
    throw error
  }
  if (found !== undefined && found.offset < lastFetchableOffset) {
    return { errorCode: ErrorCode.NONE, ...found }
  }
  return isLatestUnknown ? noOffset(ErrorCode.OFFSET_NOT_AVAILABLE) : NOTHING
}
