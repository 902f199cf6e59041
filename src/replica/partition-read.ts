import type { EpochEndOffset } from '../log/leader-epoch-cache.ts'
import type { LogRead } from '../log/log-read.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { StorageError } from '../log/storage-error.ts'
import { ErrorCode } from '../protocol/error-code.ts'

/** Up to where a reader sees: followers all, consumers what is committed, or what no open transaction precedes. */
export type FetchIsolation = 'log-end' | 'high-watermark' | 'last-stable-offset'

/** Who reads. */
export interface FetchReader {
  readonly isolation: FetchIsolation
  /** Only the leader may answer (followers of it, and consumers from before KIP-392). */
  readonly leaderOnly: boolean
  /** Set for a follower. */
  readonly follower: { readonly replicaId: number; readonly brokerEpoch: number | undefined } | undefined
}

/** One partition of a Fetch. */
export interface PartitionFetch {
  readonly fetchOffset: number
  readonly maxBytes: number
  /** The epochs that the reader knows of; undefined where it told none. */
  readonly currentLeaderEpoch: number | undefined
  readonly lastFetchedEpoch: number | undefined
  /** The follower's; undefined for a consumer. */
  readonly logStartOffset: number | undefined
}

export interface PartitionOffsets {
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
}

/** Records that are here, or lie in a file. */
export type ReadableRecords = Exclude<LogRead, { from: 'out-of-range' }>

/** What a partition has to say to a Fetch. */
export interface PartitionRead {
  readonly errorCode: ErrorCode
  /** Undefined with an error. */
  readonly offsets: PartitionOffsets | undefined
  /** Where the follower's log and this one part (KIP-595). */
  readonly divergingEpoch: EpochEndOffset | undefined
  /** Undefined with an error or a diverging epoch. */
  readonly records: ReadableRecords | undefined
}

export function failedRead(errorCode: ErrorCode): PartitionRead {
  return { errorCode, offsets: undefined, divergingEpoch: undefined, records: undefined }
}

/** At most: what lies in a file may turn out to be less. */
export function readableBytes({ records }: PartitionRead): number {
  return records?.sizeBytes ?? 0
}

export function isFailed({ errorCode }: PartitionRead): boolean {
  return errorCode !== ErrorCode.NONE
}

/** Nothing at or behind this offset may be seen. */
export function endOffsetFor(log: PartitionLog, isolation: FetchIsolation): number {
  switch (isolation) {
    case 'log-end':
      return log.logEndOffset
    case 'high-watermark':
      return log.highWatermark
    case 'last-stable-offset':
      return log.lastStableOffset
  }
}

/** The reader's log is another than this one: it has to be cut back first (KIP-595). */
export function isDiverging(log: PartitionLog, fetch: PartitionFetch): boolean {
  if (fetch.lastFetchedEpoch === undefined) return false
  const epochEnd = log.endOffsetForEpoch(fetch.lastFetchedEpoch)
  return epochEnd === undefined || partsBefore(epochEnd, fetch)
}

function partsBefore({ leaderEpoch, endOffset }: EpochEndOffset, fetch: PartitionFetch): boolean {
  return leaderEpoch < (fetch.lastFetchedEpoch ?? -1) || endOffset < fetch.fetchOffset
}

/** What the log holds for a reader that may read it (Partition.readRecords). Does not wait. */
export function readFromLog(
  log: PartitionLog,
  fetch: PartitionFetch,
  { isolation, minOneMessage }: { isolation: FetchIsolation; minOneMessage: boolean },
): PartitionRead {
  const { fetchOffset, maxBytes, lastFetchedEpoch } = fetch
  if (!Number.isSafeInteger(fetchOffset)) return failedRead(ErrorCode.OFFSET_OUT_OF_RANGE)
  const { highWatermark, lastStableOffset, logStartOffset } = log
  const offsets = { highWatermark, lastStableOffset, logStartOffset }
  if (lastFetchedEpoch !== undefined) {
    const epochEnd = log.endOffsetForEpoch(lastFetchedEpoch)
    if (epochEnd === undefined || fetchOffset < logStartOffset) {
      return failedRead(ErrorCode.OFFSET_OUT_OF_RANGE)
    }
    if (partsBefore(epochEnd, fetch)) {
      return { errorCode: ErrorCode.NONE, offsets, divergingEpoch: epochEnd, records: undefined }
    }
  }
  try {
    const endOffset = endOffsetFor(log, isolation)
    const records = log.read({ offset: fetchOffset, maxBytes, minOneMessage, endOffset })
    if (records.from === 'out-of-range') return failedRead(ErrorCode.OFFSET_OUT_OF_RANGE)
    return { errorCode: ErrorCode.NONE, offsets, divergingEpoch: undefined, records }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    return failedRead(ErrorCode.KAFKA_STORAGE_ERROR)
  }
}
