import type { EpochEndOffset } from '../log/leader-epoch-cache.ts'
import type { LogRead } from '../log/log-read.ts'
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
