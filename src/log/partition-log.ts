import type { LogConfig } from './log-config.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * Who appends, which says how much is checked (Kafka's AppendOrigin):
 * - `client`: sequence numbers, epochs, duplicates.
 * - `coordinator`: epochs only (offset commits and markers carry no sequence).
 * - `raft-leader`: the metadata log's own batches.
 */
export type AppendOrigin = 'client' | 'coordinator' | 'raft-leader'

/** What was appended, or the earlier append that this one repeats. */
export interface AppendedRange {
  readonly baseOffset: number
  readonly lastOffset: number
  /** The log end offset right behind the range: an ack waits until written, flushed or high watermark reach it. */
  readonly endOffset: number
}

/**
 * - `appended`: the range is in the log, in memory; see `writtenEndOffset` and `flushedEndOffset`.
 * - `duplicate`: an idempotent producer's repetition of one of its last five batches; nothing was appended, the range
 *   is the original's. Answer it no sooner than the original: wait for its `endOffset` in the same way.
 * - `rejected`: nothing was appended; `errorCode` is Kafka's.
 */
export type AppendResult =
  | ({ readonly outcome: 'appended' } & AppendedRange)
  | ({ readonly outcome: 'duplicate' } & AppendedRange)
  | { readonly outcome: 'rejected'; readonly errorCode: number; readonly message: string }

export interface LeaderAppend {
  /**
   * One or more whole v2 batches that `validateForAppend` has passed or that the broker has built. Owned by the log
   * from now on: their base offset and leader epoch are written into them, reads hand out slices of them, and nobody
   * may ever write to that memory again.
   */
  readonly records: Buffer
  readonly leaderEpoch: number
  readonly origin: AppendOrigin
}

export interface FollowerAppend {
  /** Whole v2 batches as fetched from the leader, offsets and epochs in them. Owned by the log, as above. */
  readonly records: Buffer
}

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
 * - `file`: at most `sizeBytes` bytes lie in a file; `load` reads them. Where the log was truncated or the segment
 *   deleted in between, it resolves to nothing (no buffers). Rejects with `StorageError`.
 * - `out-of-range`: before the log start offset or behind the log end offset.
 */
export type LogRead =
  | ({ readonly from: 'memory' } & LoadedRecords)
  | { readonly from: 'file'; readonly sizeBytes: number; load(): Promise<LoadedRecords> }
  | { readonly from: 'out-of-range' }

/** A record found by its timestamp. */
export interface TimestampAndOffset {
  readonly timestamp: bigint
  readonly offset: number
  readonly leaderEpoch: number | undefined
}

/** One aborted transaction that overlaps a fetch (Fetch's AbortedTransactions). */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** One producer as DescribeProducers tells it. */
export interface ActiveProducer {
  readonly producerId: number
  readonly producerEpoch: number
  /** -1 when it has written no batch in this epoch. */
  readonly lastSequence: number
  readonly lastTimestamp: number
  /** -1 before the first marker. */
  readonly coordinatorEpoch: number
  readonly currentTransactionStartOffset: number | undefined
}

export interface EpochEndOffset {
  readonly leaderEpoch: number
  readonly endOffset: number
}

/**
 * What a log tells its one owner (the replica's Partition, the raft driver). Called from the event loop outside of any
 * call into the log, never re-entrantly.
 */
export interface PartitionLogListener {
  /** `writtenEndOffset` or `flushedEndOffset` grew. */
  onProgress(log: PartitionLog): void
  /** The data directory went offline. The last call. */
  onOffline(log: PartitionLog): void
}

/**
 * One partition's log (Kafka's UnifiedLog and LocalLog). Appending is synchronous and happens in memory; a writer per
 * data directory writes and flushes behind it and moves `writtenEndOffset` and `flushedEndOffset`:
 * `logStartOffset <= highWatermark <= logEndOffset`, `flushedEndOffset <= writtenEndOffset <= logEndOffset`.
 * All end offsets are exclusive. Methods that may meet an offline directory throw (or reject with) `StorageError`.
 */
export declare class PartitionLog {
  readonly topicPartition: TopicPartition
  /** As in partition.metadata; undefined where a directory has none (the metadata log's is well known). */
  get topicId(): string | undefined
  /** The data directory that the log lies in, and its id from meta.properties. */
  get logDirectory(): string
  get directoryId(): string | undefined
  get config(): LogConfig
  updateConfig(config: LogConfig): void
  setListener(listener: PartitionLogListener | undefined): void
  get isOffline(): boolean

  get logStartOffset(): number
  get logEndOffset(): number
  /** What has reached the file. An `acks=1` append is answered no sooner. */
  get writtenEndOffset(): number
  /** What counts as durable, by `flushMode`. The leader counts itself, and a follower fetches, up to here. */
  get flushedEndOffset(): number
  /** What has been flushed in truth, in either mode: recovery starts here. */
  get recoveryPoint(): number
  get highWatermark(): number
  /** The high watermark, or the first offset of the earliest transaction that is open or whose marker is above it. */
  get lastStableOffset(): number
  get sizeBytes(): number
  get segmentCount(): number

  /** False: the tail buffer is full. Stop reading the connection whose request this is until `onRoom`. */
  hasRoom(): boolean
  /** Calls back once, when there is room again (at once where there is). */
  onRoom(callback: () => void): void

  /** Assigns offsets and the leader epoch, updates producer state, epochs and indexes. Never waits. */
  appendAsLeader(append: LeaderAppend): AppendResult
  /** Takes the offsets as they are; refuses (`rejected`) what does not lie at or behind the log end or fails its CRC. */
  appendAsFollower(append: FollowerAppend): AppendResult
  /** Resolves once everything appended before the call is on stable storage, in either mode. */
  flush(): Promise<void>

  read(request: ReadRequest): LogRead
  /** The transactions aborted in `[startOffset, endOffset)`, as read_committed consumers need them with the records. */
  abortedTransactions(range: { startOffset: number; endOffset: number }): Promise<AbortedTransaction[]>

  /** Clamped into `[logStartOffset, logEndOffset]`; returns what it became. Going back is allowed (a new leader's view). */
  updateHighWatermark(offset: number): number

  /** The first record whose timestamp is at least `timestamp`. Undefined where there is none. */
  offsetForTimestamp(timestamp: bigint): Promise<TimestampAndOffset | undefined>
  /** ListOffsets -3: the record with the largest timestamp, the first of several. */
  offsetOfMaxTimestamp(): Promise<TimestampAndOffset | undefined>

  get latestEpoch(): number | undefined
  epochForOffset(offset: number): number | undefined
  /** KIP-101 and KIP-279 (LeaderEpochFileCache.endOffsetFor). Undefined for an epoch later than any known. */
  endOffsetForEpoch(leaderEpoch: number): EpochEndOffset | undefined
  /** A new leader notes its epoch before its first append. */
  assignEpochStartOffset(epoch: { leaderEpoch: number; startOffset: number }): void

  /**
   * Drops everything at and behind `offset`. Appends must wait for it; reads go on. Resolves to false where there was
   * nothing to drop.
   */
  truncateTo(offset: number): Promise<boolean>
  /** Drops everything and starts anew (a follower out of its leader's range; a metadata snapshot). */
  truncateFullyAndStartAt(range: { offset: number; logStartOffset?: number }): Promise<void>
  /**
   * Moves the log start offset (DeleteRecords, a leader's start offset, a metadata snapshot). False where it is there
   * already. The caller has checked that it is no higher than the high watermark. Segments wholly before it go with
   * the next retention run, or now where `deleteSegments` is called.
   */
  incrementLogStartOffset(offset: number): boolean
  /** Retention by time, size and log start offset, whole segments. Resolves to how many went. */
  deleteOldSegments(): Promise<number>
  /** Rolls a new segment unless the active one is empty. */
  roll(): void

  activeProducers(): ActiveProducer[]
  removeExpiredProducers(nowMs: number): void
}
