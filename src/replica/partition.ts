import type { TopicConfig } from '../config/topic-config.ts'
import type { World } from '../io/world.ts'
import type { AppendValidation } from '../log/append-validator.ts'
import { validateForAppend } from '../log/append-validator.ts'
import type { EpochEndOffset } from '../log/leader-epoch-cache.ts'
import type { ActiveProducer, AppendResult, PartitionLog } from '../log/partition-log.ts'
import { StorageError } from '../log/storage-error.ts'
import type { TopicPartition } from '../log/topic-partition.ts'
import type { PartitionRegistration } from '../metadata/image/partition-registration.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { AppendQueue } from './append-queue.ts'
import type { FoundOffset, OffsetQuery } from './offset-lookup.ts'
import { lookUpOffset, noOffset } from './offset-lookup.ts'
import { appendOf, type PartitionAppend, refusedAppend } from './partition-append.ts'
import type {
  AckState,
  ActiveBrokerEpochs,
  AlterPartitionOutcome,
  AlterPartitionWish,
  PartitionLeaderEffects,
  PartitionLeaderEvent,
} from './partition-leader.ts'
import { PartitionLeader } from './partition-leader.ts'
import type { FetchIsolation, FetchReader, PartitionFetch, PartitionRead } from './partition-read.ts'
import { endOffsetFor, failedRead, isDiverging, readFromLog } from './partition-read.ts'

/**
 * What has changed at a partition, for whoever waits for it:
 * - `appended`: followers may fetch more.
 * - `written`: an append has reached the file.
 * - `committed`: the high watermark has grown.
 * - `fetched`: a follower has told how far it is.
 * - `role`: it leads or follows, in a new epoch, or is gone.
 * - `offline`: its disk has failed.
 */
export type PartitionChange = 'appended' | 'written' | 'committed' | 'fetched' | 'role' | 'offline'

export interface PartitionListener {
  onChange(partition: Partition, change: PartitionChange): void
  /** The leader wants other in-sync replicas; the answer goes to `onAlterPartition`. */
  onAlterPartitionWish(partition: Partition, wish: AlterPartitionWish): void
}

export interface PartitionOptions {
  readonly world: World
  readonly brokerId: number
  readonly topicId: string
  readonly log: PartitionLog
  readonly config: TopicConfig
  readonly listener: PartitionListener
  /** `replica.lag.time.max.ms` */
  readonly lagTimeMaxMs: number
  /** From the checkpoint; undefined for a new log. */
  readonly highWatermark: number | undefined
}

/** A Produce request's records for a partition: -1 waits for all in-sync replicas, 1 for the leader, 0 for nobody. */
export type RequiredAcks = -1 | 0 | 1

export interface DeletedRecords {
  readonly errorCode: ErrorCode
  /** The offset that the log was asked to start at; undefined with an error. */
  readonly requestedOffset: number | undefined
}

/**
 * One partition on this broker (Kafka's Partition). Life: made with its log, then `becomeLeader` or `becomeFollower` for each change in
 * the metadata, `close` when the broker holds it no longer. Outcomes are error codes; nothing throws but for bugs.
 */
export class Partition {
  readonly topicPartition: TopicPartition
  readonly topicId: string
  readonly log: PartitionLog
  readonly #world: World
  readonly #brokerId: number
  readonly #listener: PartitionListener
  readonly #lagTimeMaxMs: number
  readonly #appendQueue = new AppendQueue()
  readonly #highWatermarkListeners = new Set<() => void>()
  #config: TopicConfig
  #registration: PartitionRegistration | undefined
  #activeBrokers: ActiveBrokerEpochs = new Map()
  /** Undefined while another broker leads, or none. */
  #leader: PartitionLeader | undefined
  #writtenEndOffset: number
  #isClosed = false

  constructor(options: PartitionOptions) {
    this.topicPartition = options.log.topicPartition
    this.topicId = options.topicId
    this.log = options.log
    this.#world = options.world
    this.#brokerId = options.brokerId
    this.#listener = options.listener
    this.#lagTimeMaxMs = options.lagTimeMaxMs
    this.#config = options.config
    this.#writtenEndOffset = this.log.writtenEndOffset
    this.log.updateHighWatermark(options.highWatermark ?? this.log.logStartOffset)
    this.log.setListener({ onProgress: () => this.#onLogProgress(), onOffline: () => this.#onLogOffline() })
  }

  /** `topic-partition`, for logs. */
  get name(): string {
    return `${this.topicPartition.topic}-${this.topicPartition.partition}`
  }

  get isLeader(): boolean {
    return this.#leader !== undefined
  }

  /** The latest that is known; -1 before the first registration. */
  get leaderEpoch(): number {
    return this.#registration?.leaderEpoch ?? -1
  }

  get isOffline(): boolean {
    return this.log.isOffline
  }

  get config(): TopicConfig {
    return this.#config
  }

  /** Fewer in-sync replicas than `min.insync.replicas`. */
  get isUnderMinIsr(): boolean {
    return this.#leader?.isUnderMinIsr ?? false
  }

  /** This broker leads from now on, or still does and something else has changed. Notes a new epoch's start. */
  becomeLeader(registration: PartitionRegistration): void {
    const { leaderEpoch, partitionEpoch, replicas, isr } = registration
    const { minInsyncReplicas } = this.#config
    const membership = { replicas, isr, partitionEpoch, minInsyncReplicas }
    this.#registration = registration
    if (this.#leader?.leaderEpoch === leaderEpoch) {
      this.#step({ kind: 'membership', membership })
      return
    }
    const { log } = this
    const epochStartOffset = log.logEndOffset
    log.assignEpochStartOffset({ leaderEpoch, startOffset: epochStartOffset })
    this.#leader = new PartitionLeader({
      ...membership,
      localId: this.#brokerId,
      leaderEpoch,
      epochStartOffset,
      highWatermark: log.highWatermark,
      logEndOffset: log.logEndOffset,
      flushedEndOffset: log.flushedEndOffset,
      activeBrokers: this.#activeBrokers,
      lagTimeMaxMs: this.#lagTimeMaxMs,
      nowMs: this.#world.clock.monotonicMs(),
      previous: this.#leader,
    })
    const hasCommitted = this.#takeHighWatermark(this.#leader.highWatermark)
    this.#listener.onChange(this, 'role')
    if (hasCommitted) this.#tellCommitted()
  }

  /** Another broker leads, or none does. */
  becomeFollower(registration: PartitionRegistration): void {
    this.#registration = registration
    this.#leader = undefined
    this.#listener.onChange(this, 'role')
  }

  /** The broker holds this replica no longer; the log is somebody else's from now on. */
  close(): void {
    this.#isClosed = true
    this.#leader = undefined
    this.log.setListener(undefined)
    this.#listener.onChange(this, 'role')
  }

  updateConfig(config: TopicConfig): void {
    this.#config = config
    const registration = this.#registration
    if (registration === undefined || this.#leader === undefined) return
    const { replicas, isr, partitionEpoch } = registration
    const { minInsyncReplicas } = config
    this.#step({ kind: 'membership', membership: { replicas, isr, partitionEpoch, minInsyncReplicas } })
  }

  updateActiveBrokers(activeBrokers: ActiveBrokerEpochs): void {
    this.#activeBrokers = activeBrokers
    if (this.#leader?.hasFollowers === true) this.#step({ kind: 'brokers', activeBrokers })
  }

  /** The controller's answer to a wish. */
  onAlterPartition(outcome: AlterPartitionOutcome): void {
    this.#step({ kind: 'alter-partition', outcome })
  }

  /** Followers that lag for too long leave the in-sync replicas. To be called now and then. */
  checkLag(): void {
    if (this.#leader?.hasFollowers === true) this.#step({ kind: 'tick' })
  }

  /** Why this broker cannot answer for the partition, if so (Partition.getLocalLog). */
  check(asked: { currentLeaderEpoch: number | undefined; leaderOnly: boolean }): ErrorCode {
    if (this.isOffline) return ErrorCode.KAFKA_STORAGE_ERROR
    if (this.#isClosed) return ErrorCode.NOT_LEADER_OR_FOLLOWER
    const { currentLeaderEpoch } = asked
    if (currentLeaderEpoch !== undefined && currentLeaderEpoch !== this.leaderEpoch) {
      return currentLeaderEpoch < this.leaderEpoch
        ? ErrorCode.FENCED_LEADER_EPOCH
        : ErrorCode.UNKNOWN_LEADER_EPOCH
    }
    return asked.leaderOnly && !this.isLeader ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE
  }

  /**
   * Appends a client's records: at once where they can be checked at once and the log has room, otherwise as soon as
   * that is so, in the order of the calls. Done does not mean written: see `ackState` and `isWritten`.
   */
  appendFromClient(
    records: Buffer,
    context: { produceVersion: number; requiredAcks: RequiredAcks },
  ): PartitionAppend | Promise<PartitionAppend> {
    const refusal = this.#refuseAppend(context.requiredAcks)
    if (refusal !== undefined) return refusal
    const { clock, compute } = this.#world
    const { config } = this.log
    const { produceVersion, requiredAcks } = context
    const validation = validateForAppend(records, { config, nowMs: clock.nowMs(), compute, produceVersion })
    if (!(validation instanceof Promise) && this.#appendQueue.isEmpty && this.log.hasRoom()) {
      return this.#appendValidated(validation, requiredAcks)
    }
    // Checking goes on beside the appends before it; a failure is met when its turn has come.
    if (validation instanceof Promise) validation.catch(() => {})
    return this.#appendQueue.run(async () => {
      const validated = await validation
      if (!this.log.hasRoom()) await new Promise<void>(resolve => this.log.onRoom(resolve))
      return this.#appendValidated(validated, requiredAcks)
    })
  }

  #appendValidated(validation: AppendValidation, requiredAcks: RequiredAcks): PartitionAppend {
    const refusal = this.#refuseAppend(requiredAcks)
    if (refusal !== undefined) return refusal
    const { logStartOffset } = this.log
    if (validation.outcome === 'invalid') return refusedAppend({ ...validation, logStartOffset })
    const result = this.#append(validation.records, 'client')
    return appendOf(result, { validation, logStartOffset })
  }

  /** Appends a batch that the broker has built, at once. */
  appendFromCoordinator(records: Buffer): AppendResult {
    const refusal = this.#refuseAppend(-1)
    if (refusal !== undefined) {
      return { outcome: 'rejected', errorCode: refusal.errorCode, message: refusal.message ?? '' }
    }
    return this.#append(records, 'coordinator')
  }

  #append(records: Buffer, origin: 'client' | 'coordinator'): AppendResult {
    try {
      const result = this.log.appendAsLeader({ records, leaderEpoch: this.leaderEpoch, origin })
      if (result.outcome === 'appended' && this.#leader?.hasFollowers === true) {
        this.#listener.onChange(this, 'appended')
      }
      return result
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      return { outcome: 'rejected', errorCode: ErrorCode.KAFKA_STORAGE_ERROR, message: error.message }
    }
  }

  #refuseAppend(requiredAcks: RequiredAcks): PartitionAppend | undefined {
    const errorCode = this.check({ currentLeaderEpoch: undefined, leaderOnly: true })
    if (errorCode === ErrorCode.KAFKA_STORAGE_ERROR) {
      return refusedAppend({ errorCode, message: `The disk of ${this.name} has failed.` })
    }
    if (errorCode !== ErrorCode.NONE) {
      return refusedAppend({ errorCode, message: `This broker does not lead ${this.name}.` })
    }
    if (requiredAcks !== -1 || !this.isUnderMinIsr) return undefined
    return refusedAppend({
      errorCode: ErrorCode.NOT_ENOUGH_REPLICAS,
      message: `${this.name} has ${this.#leader?.isr.size} in-sync replicas, ${this.#config.minInsyncReplicas} are needed.`,
    })
  }

  /**
   * An append that ends at `endOffset` is as safe as acks=1 asks for: it has reached the leader's file. Where there
   * is no other replica it is also committed, so that who was acknowledged finds the record, as with Apache Kafka.
   */
  isWritten(endOffset: number): boolean {
    if (this.#leader?.isAlone === true) return this.log.highWatermark >= endOffset
    return this.log.writtenEndOffset >= endOffset
  }

  /** How far an append has come; undefined where this broker does not lead any more. */
  ackState(endOffset: number): AckState | undefined {
    return this.#leader?.ackState(endOffset)
  }

  get highWatermark(): number {
    return this.log.highWatermark
  }

  /** Calls `listener` whenever the high watermark has grown. Returns how to stop that. */
  onHighWatermark(listener: () => void): () => void {
    this.#highWatermarkListeners.add(listener)
    return () => this.#highWatermarkListeners.delete(listener)
  }

  /** Nothing at or behind this offset may be seen. */
  endOffsetFor(isolation: FetchIsolation): number {
    return endOffsetFor(this.log, isolation)
  }

  /**
   * What there is to read, without waiting and without touching the disk (Partition.fetchRecords). `notesFetch`: a follower's
   * offset counts as its acknowledgement of what lies below.
   */
  locate(
    fetch: PartitionFetch,
    reader: FetchReader & { minOneMessage: boolean; notesFetch: boolean },
  ): PartitionRead {
    const { leaderOnly, follower } = reader
    const errorCode = this.check({ currentLeaderEpoch: fetch.currentLeaderEpoch, leaderOnly })
    if (errorCode !== ErrorCode.NONE) return failedRead(errorCode)
    if (follower !== undefined) {
      const refusal = this.#refuseFollower(follower, fetch.currentLeaderEpoch)
      if (refusal !== ErrorCode.NONE) return failedRead(refusal)
    }
    const read = readFromLog(this.log, fetch, reader)
    if (follower !== undefined && reader.notesFetch && read.records !== undefined) {
      this.#noteFollowerFetch(fetch, follower)
    }
    return read
  }

  /** Only a replica may fetch as one (Partition.followerReplicaOrThrow), and not one from before its restart (KIP-903). */
  #refuseFollower(
    { replicaId, brokerEpoch }: NonNullable<FetchReader['follower']>,
    currentLeaderEpoch: number | undefined,
  ): ErrorCode {
    const leader = this.#leader
    if (leader === undefined) return ErrorCode.NOT_LEADER_OR_FOLLOWER
    if (leader.follower(replicaId) === undefined) {
      // With the epoch it knows it may be ahead of what this broker has learnt; without it nothing can be said.
      return currentLeaderEpoch === undefined
        ? ErrorCode.NOT_LEADER_OR_FOLLOWER
        : ErrorCode.UNKNOWN_LEADER_EPOCH
    }
    return leader.isStaleFollower(replicaId, brokerEpoch) ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE
  }

  #noteFollowerFetch(fetch: PartitionFetch, follower: NonNullable<FetchReader['follower']>): void {
    this.#step({
      kind: 'follower-fetch',
      replicaId: follower.replicaId,
      fetchOffset: fetch.fetchOffset,
      logStartOffset: fetch.logStartOffset ?? -1,
      brokerEpoch: follower.brokerEpoch,
    })
    this.#listener.onChange(this, 'fetched')
  }

  /** For a follower that waits: its log has turned out to be another than this one. */
  isDivergingFrom(fetch: PartitionFetch): boolean {
    return isDiverging(this.log, fetch)
  }

  /** ListOffsets of one partition. `isolation` is `log-end` for other brokers. */
  listOffset(
    query: OffsetQuery,
    asker: { isolation: FetchIsolation; currentLeaderEpoch: number | undefined; leaderOnly: boolean },
  ): FoundOffset | Promise<FoundOffset> {
    const errorCode = this.check(asker)
    if (errorCode !== ErrorCode.NONE) return noOffset(errorCode)
    const { isolation } = asker
    const epochStartOffset = this.#leader?.epochStartOffset ?? 0
    return lookUpOffset(this.log, query, {
      leaderEpoch: this.leaderEpoch,
      lastFetchableOffset: this.endOffsetFor(isolation),
      isLatestUnknown: isolation !== 'log-end' && epochStartOffset > this.log.highWatermark,
    })
  }

  /** OffsetForLeaderEpoch of one partition; neither code nor offset where the epoch is not known. */
  endOffsetForEpoch(
    leaderEpoch: number,
    asked: { currentLeaderEpoch: number | undefined; leaderOnly: boolean },
  ): { errorCode: ErrorCode; found: EpochEndOffset | undefined } {
    const errorCode = this.check(asked)
    if (errorCode !== ErrorCode.NONE) return { errorCode, found: undefined }
    return { errorCode, found: this.log.endOffsetForEpoch(leaderEpoch) }
  }

  /** Moves the log's start; `undefined` asks for the high watermark (Partition.deleteRecordsOnLeader). */
  deleteRecords(offset: number | undefined): DeletedRecords {
    const failed = (errorCode: ErrorCode): DeletedRecords => ({ errorCode, requestedOffset: undefined })
    const errorCode = this.check({ currentLeaderEpoch: undefined, leaderOnly: true })
    if (errorCode !== ErrorCode.NONE) return failed(errorCode)
    if (!this.#config.cleanupDelete) return failed(ErrorCode.POLICY_VIOLATION)
    const requestedOffset = offset ?? this.log.highWatermark
    if (!Number.isSafeInteger(requestedOffset)) return failed(ErrorCode.OFFSET_OUT_OF_RANGE)
    if (requestedOffset < 0 || requestedOffset > this.log.highWatermark) {
      return failed(ErrorCode.OFFSET_OUT_OF_RANGE)
    }
    try {
      this.log.incrementLogStartOffset(requestedOffset)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      return failed(ErrorCode.KAFKA_STORAGE_ERROR)
    }
    return { errorCode: ErrorCode.NONE, requestedOffset }
  }

  /** The lowest start offset of all replicas that are there; undefined while it is not known, or elsewhere. */
  get lowWatermark(): number | undefined {
    return this.#leader?.lowWatermark(this.log.logStartOffset)
  }

  /** DescribeProducers of one partition; any replica may answer. */
  activeProducers(): readonly ActiveProducer[] {
    return this.log.activeProducers()
  }

  #step(event: PartitionLeaderEvent): void {
    const leader = this.#leader
    if (leader === undefined) return
    this.#perform(leader.step(event, this.#world.clock.monotonicMs()))
  }

  #perform({ highWatermark, alterPartition }: PartitionLeaderEffects): void {
    if (alterPartition !== undefined) this.#listener.onAlterPartitionWish(this, alterPartition)
    if (highWatermark !== undefined && this.#takeHighWatermark(highWatermark)) this.#tellCommitted()
  }

  #takeHighWatermark(highWatermark: number): boolean {
    const before = this.log.highWatermark
    return this.log.updateHighWatermark(highWatermark) > before
  }

  #tellCommitted(): void {
    for (const listener of [...this.#highWatermarkListeners]) listener()
    this.#listener.onChange(this, 'committed')
  }

  #onLogProgress(): void {
    const { logEndOffset, flushedEndOffset, writtenEndOffset, highWatermark } = this.log
    this.#step({ kind: 'log', logEndOffset, flushedEndOffset })
    const isWritten = writtenEndOffset > this.#writtenEndOffset
    this.#writtenEndOffset = writtenEndOffset
    if (isWritten && this.log.highWatermark === highWatermark) this.#listener.onChange(this, 'written')
  }

  #onLogOffline(): void {
    this.#listener.onChange(this, 'offline')
  }
}
