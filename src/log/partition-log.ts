import type { Compute } from '../io/compute.ts'
import type { EpochEndOffset, LeaderEpochCache } from './leader-epoch-cache.ts'
import {
  type AppendResult,
  appendAsFollower,
  appendAsLeader,
  type FollowerAppend,
  type LeaderAppend,
} from './log-appender.ts'
import { closeLog, releaseLog } from './log-closer.ts'
import type { LogConfig } from './log-config.ts'
import { LogOutput } from './log-output.ts'
import type { LogRead, ReadRequest } from './log-read.ts'
import { collectAbortedTransactions, readLog } from './log-reader.ts'
import type { LogSegment, SegmentFiles } from './log-segment.ts'
import { type LogState, type LogWorld, nameOf, rollSegment } from './log-state.ts'
import { LogTail } from './log-tail.ts'
import { restartLog, truncateLog } from './log-truncation.ts'
import type { LogWriter } from './log-writer.ts'
import { lastSequenceOf } from './producer-entry.ts'
import type { ProducerState, VerificationGuard } from './producer-state.ts'
import { deleteOldSegments, moveLogStart } from './retention.ts'
import { SegmentList } from './segment-list.ts'
import { SerialQueue } from './serial-queue.ts'
import type { StorageError } from './storage-error.ts'
import type { TailMemory } from './tail-memory.ts'
import { findByTimestamp, findMaxTimestamp, type TimestampAndOffset } from './timestamp-search.ts'
import type { TopicPartition } from './topic-partition.ts'

export type { EpochEndOffset } from './leader-epoch-cache.ts'
export type {
  AppendedRange,
  AppendOrigin,
  AppendResult,
  FollowerAppend,
  LeaderAppend,
} from './log-appender.ts'
export type { LoadedRecords, LogRead, ReadRequest } from './log-read.ts'
export type { VerificationGuard } from './producer-state.ts'
export type { TimestampAndOffset } from './timestamp-search.ts'
export type { TopicPartition } from './topic-partition.ts'

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
  readonly lastTimestamp: bigint
  /** -1 before the first marker. */
  readonly coordinatorEpoch: number
  readonly currentTransactionStartOffset: number | undefined
}

/**
 * What a log tells its one owner (the replica's Partition, the raft driver). Called from the event loop outside of any
 * call into the log, never re-entrantly.
 */
export interface PartitionLogListener {
  /** `writtenEndOffset` or `flushedEndOffset` may have grown. */
  onProgress(log: PartitionLog): void
  /** The data directory went offline. The last call. */
  onOffline(log: PartitionLog): void
}

/** What a log is made of when it has been loaded, or is new. */
export interface PartitionLogParts {
  readonly topicPartition: TopicPartition
  readonly topicId: string | undefined
  readonly directoryId: string | undefined
  readonly config: LogConfig
  readonly world: LogWorld & { readonly compute: Compute }
  readonly files: SegmentFiles
  readonly writer: LogWriter
  readonly memory: TailMemory
  /** At least one. */
  readonly segments: readonly LogSegment[]
  readonly logStartOffset: number
  readonly logEndOffset: number
  /** Everything before it is on stable storage. */
  readonly stableEndOffset: number
  readonly snapshotOffset: number
  readonly epochs: LeaderEpochCache
  readonly producers: ProducerState
  readonly producerIdExpirationMs: number
  readonly verifiesTransactions: boolean
  readonly checkpointRecoveryPoint: () => Promise<void>
}

/**
 * One partition's log (Kafka's UnifiedLog and LocalLog). Appending is synchronous and happens in memory; a writer per
 * data directory writes and flushes behind it and moves `writtenEndOffset` and `flushedEndOffset`:
 * `logStartOffset <= highWatermark <= logEndOffset`, `flushedEndOffset <= writtenEndOffset <= logEndOffset`.
 * All end offsets are exclusive. Methods that may meet an offline directory throw (or reject with) `StorageError`.
 */
export class PartitionLog {
  readonly topicPartition: TopicPartition
  readonly directoryId: string | undefined
  readonly #state: LogState
  readonly #memory: TailMemory
  readonly #compute: Compute
  /** Truncation, retention and closing: one at a time. */
  readonly #exclusive = new SerialQueue()
  #listener: PartitionLogListener | undefined

  /** For the loader; others get logs from `LogManager`. */
  constructor(parts: PartitionLogParts) {
    this.topicPartition = parts.topicPartition
    this.directoryId = parts.directoryId
    this.#memory = parts.memory
    this.#compute = parts.world.compute
    const tail = new LogTail(parts.memory)
    const segments = new SegmentList(parts.segments)
    const output = new LogOutput(
      {
        name: nameOf(parts),
        files: parts.files,
        writer: parts.writer,
        tail,
        epochs: parts.epochs,
        clock: parts.world.clock,
        config: () => this.#state.config,
        activeSegment: () => segments.active,
        onProgress: () => this.#listener?.onProgress(this),
      },
      { writtenEndOffset: parts.logEndOffset, stableEndOffset: parts.stableEndOffset },
    )
    this.#state = {
      topicPartition: parts.topicPartition,
      topicId: parts.topicId,
      world: parts.world,
      files: parts.files,
      writer: parts.writer,
      segments,
      tail,
      output,
      epochs: parts.epochs,
      producers: parts.producers,
      producerIdExpirationMs: parts.producerIdExpirationMs,
      verifiesTransactions: parts.verifiesTransactions,
      checkpointRecoveryPoint: parts.checkpointRecoveryPoint,
      config: parts.config,
      logStartOffset: parts.logStartOffset,
      logEndOffset: parts.logEndOffset,
      highWatermark: parts.logStartOffset,
      snapshotOffset: parts.snapshotOffset,
      pendingRemovals: new Set(),
      truncations: 0,
      cursors: [],
      isSealed: false,
    }
  }

  /** As in partition.metadata; undefined where a directory has none (the metadata log's is well known). */
  get topicId(): string | undefined {
    return this.#state.topicId
  }

  /** The data directory that the log lies in. */
  get logDirectory(): string {
    return this.#state.files.directory.logDirectory
  }

  /** The log's own directory. */
  get path(): string {
    return this.#state.files.directory.path
  }

  get config(): LogConfig {
    return this.#state.config
  }

  updateConfig(config: LogConfig): void {
    this.#state.config = config
  }

  setListener(listener: PartitionLogListener | undefined): void {
    this.#listener = listener
  }

  get isOffline(): boolean {
    return this.#state.writer.failure !== undefined
  }

  get logStartOffset(): number {
    return this.#state.logStartOffset
  }

  get logEndOffset(): number {
    return this.#state.logEndOffset
  }

  /** What has reached the file. An `acks=1` append is answered no sooner. */
  get writtenEndOffset(): number {
    return this.#state.output.writtenEndOffset
  }

  /** What counts as durable, by `flushMode`. The leader counts itself, and a follower fetches, up to here. */
  get flushedEndOffset(): number {
    return this.#state.output.flushedEndOffset
  }

  /** What has been flushed in truth, in either mode: recovery starts here. */
  get recoveryPoint(): number {
    return this.#state.output.recoveryPoint
  }

  get highWatermark(): number {
    return this.#state.highWatermark
  }

  /** The high watermark, or the first offset of the earliest transaction that is open or whose marker is above it. */
  get lastStableOffset(): number {
    const { producers, highWatermark, logStartOffset } = this.#state
    const firstUnstable = producers.firstUnstableOffset
    if (firstUnstable === undefined) return highWatermark
    return Math.min(highWatermark, Math.max(firstUnstable, logStartOffset))
  }

  get sizeBytes(): number {
    return this.#state.segments.sizeBytes
  }

  get segmentCount(): number {
    return this.#state.segments.length
  }

  /** The base offset of the first segment: a log start offset behind it has to be checkpointed. */
  get firstSegmentBaseOffset(): number {
    return this.#state.segments.first.baseOffset
  }

  /** False: the tail buffer is full. Stop reading the connection whose request this is until `onRoom`. */
  hasRoom(): boolean {
    return this.isOffline || this.#memory.hasRoom(this.#state.tail)
  }

  /** Calls back once, when there is room again (at once where there is). */
  onRoom(callback: () => void): void {
    if (this.isOffline) callback()
    else this.#memory.onRoom(this.#state.tail, callback)
  }

  /** Assigns offsets and the leader epoch, updates producer state, epochs and indexes. Never waits. */
  appendAsLeader(append: LeaderAppend): AppendResult {
    this.#checkAppendable()
    return appendAsLeader(this.#state, append)
  }

  /**
   * Takes offsets and epochs as they are. Rejects what does not begin at or behind the log end, is no batch of magic 2, or
   * fails its CRC; a last batch that is not there whole is ignored.
   */
  appendAsFollower(append: FollowerAppend): AppendResult {
    this.#checkAppendable()
    return appendAsFollower(this.#state, append)
  }

  #checkAppendable(): void {
    const { writer, isSealed } = this.#state
    if (writer.failure !== undefined) throw writer.failure
    if (isSealed) throw new Error(`An append to ${nameOf(this.#state)} while it is truncated or closed`)
  }

  /** Resolves once everything appended before the call is on stable storage, in either mode. */
  flush(): Promise<void> {
    return this.#state.output.flushUpTo(this.#state.logEndOffset)
  }

  read(request: ReadRequest): LogRead {
    return readLog(this.#state, request)
  }

  /** The transactions aborted in `[startOffset, endOffset)`, as read_committed consumers need them with the records. */
  async abortedTransactions(range: {
    startOffset: number
    endOffset: number
  }): Promise<AbortedTransaction[]> {
    const entries = await collectAbortedTransactions(this.#state, range)
    return entries.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
  }

  /** Clamped into `[logStartOffset, logEndOffset]`; returns what it became. Going back is allowed (a new leader's view). */
  updateHighWatermark(offset: number): number {
    const state = this.#state
    const highWatermark = Math.max(state.logStartOffset, Math.min(offset, state.logEndOffset))
    state.highWatermark = highWatermark
    state.producers.onHighWatermarkUpdated(highWatermark)
    return highWatermark
  }

  /** The first record whose timestamp is at least `timestamp`. Undefined where there is none. */
  offsetForTimestamp(timestamp: bigint): Promise<TimestampAndOffset | undefined> {
    return findByTimestamp(this.#state, timestamp, this.#compute)
  }

  /** ListOffsets -3: the first record with the largest timestamp. */
  offsetOfMaxTimestamp(): Promise<TimestampAndOffset | undefined> {
    return findMaxTimestamp(this.#state, this.#compute)
  }

  get latestEpoch(): number | undefined {
    return this.#state.epochs.latest?.leaderEpoch
  }

  epochForOffset(offset: number): number | undefined {
    return this.#state.epochs.epochForOffset(offset)
  }

  /** KIP-101 and KIP-279 (LeaderEpochFileCache.endOffsetFor). Undefined for an epoch later than any known. */
  endOffsetForEpoch(leaderEpoch: number): EpochEndOffset | undefined {
    return this.#state.epochs.endOffsetFor(leaderEpoch, this.#state.logEndOffset)
  }

  /** A new leader notes its epoch before its first append. */
  assignEpochStartOffset(epoch: { leaderEpoch: number; startOffset: number }): void {
    this.#state.epochs.assign(epoch)
    if (this.#state.epochs.isDirty) this.#state.output.onEpochsChanged()
  }

  /**
   * Drops everything at and behind `offset`. Appends must wait for it; reads go on. Resolves to false where there was
   * nothing to drop.
   */
  truncateTo(offset: number): Promise<boolean> {
    return this.#sealed(async () => {
      const state = this.#state
      if (offset >= state.logEndOffset) {
        // An epoch that began at the end, and then got no records, may not be the next leader's.
        state.epochs.truncateFromEnd(state.logEndOffset)
        return false
      }
      await truncateLog(state, offset)
      return true
    })
  }

  /** Drops everything and starts anew (a follower out of its leader's range; a metadata snapshot). Appends must wait. */
  truncateFullyAndStartAt({
    offset,
    logStartOffset = offset,
  }: {
    offset: number
    logStartOffset?: number
  }): Promise<void> {
    return this.#sealed(() => restartLog(this.#state, { offset, logStartOffset }))
  }

  /**
   * Moves the log start offset (DeleteRecords, a leader's start offset, a metadata snapshot). False where it is there
   * already. The caller has checked that it is no higher than the high watermark. Segments wholly before it go with
   * the next `deleteOldSegments`.
   */
  incrementLogStartOffset(offset: number): boolean {
    return moveLogStart(this.#state, Math.min(offset, this.#state.logEndOffset))
  }

  /** Retention by log start offset, size and time, whole segments. Resolves to how many went. */
  deleteOldSegments(): Promise<number> {
    return this.#exclusive.run(() => deleteOldSegments(this.#state))
  }

  /** Rolls a new segment unless the active one is empty. */
  roll(): void {
    this.#checkAppendable()
    rollSegment(this.#state, this.#state.logEndOffset)
  }

  activeProducers(): ActiveProducer[] {
    return Array.from(this.#state.producers.entries(), entry => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: lastSequenceOf(entry),
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.currentTransactionFirstOffset,
    }))
  }

  removeExpiredProducers(nowMs: number): void {
    const { producers, producerIdExpirationMs } = this.#state
    producers.removeExpired({ nowMs, expirationMs: producerIdExpirationMs })
  }

  hasOpenTransaction(producerId: number): boolean {
    return this.#state.producers.hasOpenTransaction(producerId)
  }

  /** Begins the verification of a transaction's first batch (KIP-890); undefined where the transaction is open here. */
  startTransactionVerification(first: {
    producerId: number
    producerEpoch: number
    baseSequence: number
    supportsEpochBump: boolean
  }): VerificationGuard | undefined {
    return this.#state.producers.startVerification({ ...first, nowMs: this.#state.world.clock.nowMs() })
  }

  // ---- for LogManager

  /** Clean stop: everything on stable storage, files closed. Nothing may be called any more. */
  close(): Promise<void> {
    return this.#sealed(() => closeLog(this.#state), { forGood: true })
  }

  /** Lets go of the files, whatever has not been written: they are to be renamed or removed. */
  release(): Promise<void> {
    return this.#sealed(() => releaseLog(this.#state), { forGood: true })
  }

  /** The data directory has failed. */
  onOffline(error: StorageError): void {
    this.#state.output.onOffline(error)
    this.#listener?.onOffline(this)
  }

  #sealed<T>(action: () => Promise<T>, { forGood = false } = {}): Promise<T> {
    const state = this.#state
    return this.#exclusive.run(async () => {
      state.isSealed = true
      const result = await action()
      if (!forGood) state.isSealed = false
      return result
    })
  }
}
