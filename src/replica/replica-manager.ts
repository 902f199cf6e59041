import type { TopicConfig } from '../config/topic-config.ts'
import type { Timer } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import type { World } from '../io/world.ts'
import type { LogManager } from '../log/log-manager.ts'
import { StorageError } from '../log/storage-error.ts'
import type { TopicPartition } from '../log/topic-partition.ts'
import { DelayedOperations } from '../machine/delayed-operations.ts'
import type { MetadataDelta, MetadataImage } from '../metadata/image/metadata-image.ts'
import { EMPTY_METADATA_IMAGE } from '../metadata/image/metadata-image.ts'
import type { MetadataPublisher } from '../metadata/image/metadata-publisher.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { DelayedDeleteRecords, type DeleteRecordsResult } from './delayed-delete-records.ts'
import {
  DelayedFetch,
  type FetchParameters,
  type FetchReads,
  type FetchTarget,
  isWorthAnswering,
  readTargets,
} from './delayed-fetch.ts'
import { DelayedProduce, type ProducedPartition } from './delayed-produce.ts'
import { type FetchedPartition, finishRead } from './fetched-partition.ts'
import { HighWatermarkCheckpoint } from './high-watermark-checkpoint.ts'
import { HostedPartitions } from './hosted-partitions.ts'
import type { LeadershipListener } from './leadership-listeners.ts'
import { LeadershipListeners } from './leadership-listeners.ts'
import { describeLogDirectories, type LogDirectoryDescription } from './log-directories.ts'
import { readLoggedBatches } from './logged-batches.ts'
import type { Partition, PartitionChange, PartitionListener, RequiredAcks } from './partition.ts'
import { type PartitionAppend, refusedAppend } from './partition-append.ts'
import type { AlterPartitionOutcome, AlterPartitionWish } from './partition-leader.ts'
import { PartitionRecordWriter } from './partition-record-writer.ts'
import { ReplicaChanges } from './replica-changes.ts'

export interface ReplicaManagerOptions {
  readonly world: World
  readonly logManager: LogManager
  readonly brokerId: number
  /** A topic's settings as they are in force under an image. */
  readonly configFor: (topic: string, image: MetadataImage) => TopicConfig
  /** `replica.lag.time.max.ms` */
  readonly lagTimeMaxMs: number
  /** `replica.high.watermark.checkpoint.interval.ms` */
  readonly highWatermarkCheckpointIntervalMs: number
  /** Asks the controller for other in-sync replicas; needed where partitions have followers. */
  readonly alterPartition?: (change: {
    topicId: string
    topicPartition: TopicPartition
    wish: AlterPartitionWish
  }) => Promise<AlterPartitionOutcome>
}

/** Records for one partition of a Produce request. */
export interface ProduceTarget extends TopicPartition {
  readonly records: Buffer
}

export interface ProduceParameters {
  readonly requiredAcks: RequiredAcks
  readonly timeoutMs: number
  readonly produceVersion: number
}

export interface DeleteRecordsTarget extends TopicPartition {
  /** Undefined asks for the high watermark. */
  readonly offset: number | undefined
}

/**
 * All partitions that this broker holds (Kafka's ReplicaManager). It follows the metadata: makes and deletes logs, leads
 * and follows; what it returns for an image resolves when all of that is done, and with the first image it loads what
 * is on the disks. Life: made, registered as a publisher of the metadata, `close` before the log manager's.
 */
export class ReplicaManager implements MetadataPublisher, PartitionListener {
  readonly name = 'ReplicaManager'
  readonly #world: World
  readonly #logger: Logger
  readonly #logManager: LogManager
  readonly #alterPartition: ReplicaManagerOptions['alterPartition']
  readonly #highWatermarkCheckpointIntervalMs: number
  readonly #lagCheckIntervalMs: number
  readonly #partitions: HostedPartitions
  readonly #changes: ReplicaChanges
  readonly #checkpoint: HighWatermarkCheckpoint
  readonly #listeners: LeadershipListeners
  readonly #produces: DelayedOperations<Partition>
  readonly #fetches: DelayedOperations<Partition>
  readonly #deletions: DelayedOperations<Partition>
  #image = EMPTY_METADATA_IMAGE
  #timers: Timer[] = []
  #isClosed = false

  constructor(options: ReplicaManagerOptions) {
    const { world } = options
    this.#world = world
    this.#logManager = options.logManager
    this.#alterPartition = options.alterPartition
    this.#highWatermarkCheckpointIntervalMs = options.highWatermarkCheckpointIntervalMs
    // Kafka's rule: a replica that is out of sync is out for one and a half of the time allowed at most.
    this.#lagCheckIntervalMs = options.lagTimeMaxMs / 2
    const logger = world.logger.named('kafka.server.ReplicaManager')
    this.#logger = logger
    this.#partitions = new HostedPartitions(() => this.#image.topics)
    this.#checkpoint = new HighWatermarkCheckpoint({ disk: world.disk, logger })
    this.#changes = new ReplicaChanges({
      ...options,
      logger,
      partitions: this.#partitions,
      checkpoint: this.#checkpoint,
      listener: this,
    })
    this.#listeners = new LeadershipListeners({
      leadershipOf: partition => {
        const { leaderEpoch, log } = partition
        const writer = new PartitionRecordWriter(partition, { leaderEpoch })
        const batches = readLoggedBatches(log, { endOffset: writer.endOffset, ...world })
        return { leaderEpoch, writer, batches }
      },
    })
    this.#produces = new DelayedOperations(world.clock)
    this.#fetches = new DelayedOperations(world.clock)
    this.#deletions = new DelayedOperations(world.clock)
  }

  onMetadataUpdate(delta: MetadataDelta, image: MetadataImage): void | Promise<void> {
    const isFirst = this.#image === EMPTY_METADATA_IMAGE
    this.#image = image
    if (isFirst) this.#startBackgroundWork()
    return this.#changes.apply(delta, image)
  }

  /** The partition, or why this broker cannot answer for it. */
  find(topicPartition: TopicPartition): Partition | ErrorCode {
    return this.#partitions.find(topicPartition)
  }

  /** All that are held here, in any role. */
  partitions(): Iterable<Partition> {
    return this.#partitions
  }

  /**
   * Tells of the elections of one topic's partitions on this broker, at once of those that it leads already. Coordinators
   * hang on this.
   */
  addLeadershipListener(topic: string, listener: LeadershipListener): void {
    this.#listeners.add(topic, listener, this.#partitions.ofTopic(topic))
  }

  // ---- requests

  /**
   * Appends and waits for the acknowledgements asked for; one answer for each target, in their order. Appending happens
   * during the call where it can; the order of calls is kept for each partition. Without acks nothing is waited for but room.
   */
  produce(
    targets: readonly ProduceTarget[],
    parameters: ProduceParameters,
  ): PartitionAppend[] | Promise<PartitionAppend[]> {
    const produced = targets.map(target => this.#append(target, parameters))
    if (produced.every(each => !(each instanceof Promise))) {
      return this.#acknowledge(produced as ProducedPartition[], parameters)
    }
    return Promise.all(produced).then(all => this.#acknowledge(all, parameters))
  }

  #append(
    target: ProduceTarget,
    parameters: ProduceParameters,
  ): ProducedPartition | Promise<ProducedPartition> {
    const partition = this.#partitions.find(target)
    if (typeof partition === 'number') {
      return { partition: undefined, append: refusedWithout(partition, target) }
    }
    const failed = (error: unknown): ProducedPartition => {
      this.#logger.error({ err: error, partition: partition.name }, 'An append failed unexpectedly')
      const errorCode = ErrorCode.UNKNOWN_SERVER_ERROR
      return { partition, append: refusedAppend({ errorCode, message: 'The append failed unexpectedly.' }) }
    }
    try {
      const append = partition.appendFromClient(target.records, parameters)
      if (!(append instanceof Promise)) return { partition, append }
      return append.then(done => ({ partition, append: done }), failed)
    } catch (error) {
      return failed(error)
    }
  }

  #acknowledge(
    produced: readonly ProducedPartition[],
    { requiredAcks, timeoutMs }: ProduceParameters,
  ): PartitionAppend[] | Promise<PartitionAppend[]> {
    if (requiredAcks === 0 || produced.every(({ append }) => append.errorCode !== ErrorCode.NONE)) {
      return produced.map(({ append }) => append)
    }
    return new Promise(resolve => {
      const operation = new DelayedProduce({ requiredAcks, produced, complete: resolve })
      this.#produces.tryCompleteElseWatch(operation, {
        keys: operation.keys,
        timeoutMs: Math.max(0, timeoutMs),
      })
    })
  }

  /** Reads, and waits for enough to read, `maxWaitMs` at most; one answer for each target, in their order. */
  fetch(
    targets: readonly FetchTarget[],
    parameters: FetchParameters,
  ): FetchedPartition[] | Promise<FetchedPartition[]> {
    const read = (notesFetch: boolean): FetchReads =>
      readTargets(this.#partitions, targets, { ...parameters, notesFetch })
    const reads = read(true)
    const { maxWaitMs, minBytes } = parameters
    if (maxWaitMs <= 0 || targets.length === 0 || this.#isClosed || isWorthAnswering(reads, minBytes)) {
      return this.#finishReads(targets, reads, parameters)
    }
    return new Promise(resolve => {
      const complete = (): void => resolve(this.#finishReads(targets, read(false), parameters))
      const operation = new DelayedFetch({ hosted: this.#partitions, parameters, targets, reads, complete })
      this.#fetches.tryCompleteElseWatch(operation, { keys: operation.keys, timeoutMs: maxWaitMs })
    })
  }

  #finishReads(
    targets: readonly FetchTarget[],
    reads: FetchReads,
    { isolation }: FetchParameters,
  ): FetchedPartition[] | Promise<FetchedPartition[]> {
    const withAborted = isolation === 'last-stable-offset'
    const fetched = reads.map((read, index) => {
      const target = targets[index] as FetchTarget
      const partition = this.#partitions.get(target)
      return finishRead({ read, partition, fetchOffset: target.fetchOffset }, { withAborted })
    })
    return fetched.some(each => each instanceof Promise)
      ? Promise.all(fetched)
      : (fetched as FetchedPartition[])
  }

  /** Moves the starts of logs and waits until all replicas have; one answer for each target, in their order. */
  async deleteRecords(
    targets: readonly DeleteRecordsTarget[],
    { timeoutMs }: { timeoutMs: number },
  ): Promise<DeleteRecordsResult[]> {
    const deleting = targets.map(target => {
      const partition = this.#partitions.find(target)
      return typeof partition === 'number'
        ? { partition: undefined, deleted: { errorCode: partition, requestedOffset: undefined } }
        : { partition, deleted: partition.deleteRecords(target.offset) }
    })
    if (deleting.some(({ deleted }) => deleted.requestedOffset !== undefined)) {
      await this.#logManager.checkpointLogStartOffsets().catch((error: unknown) => {
        // The partitions on that disk are offline by now and answer so.
        if (!(error instanceof StorageError)) throw error
      })
    }
    return new Promise(resolve => {
      const operation = new DelayedDeleteRecords({ deleting, complete: resolve })
      this.#deletions.tryCompleteElseWatch(operation, {
        keys: operation.keys,
        timeoutMs: Math.max(0, timeoutMs),
      })
    })
  }

  describeLogDirectories(): Promise<LogDirectoryDescription[]> {
    return describeLogDirectories({
      world: this.#world,
      logManager: this.#logManager,
      partitions: this.#partitions,
    })
  }

  /** Requests that wait: for acknowledgements, for data. */
  get waiting(): { readonly produces: number; readonly fetches: number } {
    return { produces: this.#produces.size, fetches: this.#fetches.size }
  }

  // ---- what partitions tell

  onChange(partition: Partition, change: PartitionChange): void {
    switch (change) {
      case 'appended':
        this.#fetches.check(partition)
        return
      case 'written':
        this.#produces.check(partition)
        return
      case 'committed':
        this.#checkpoint.onChanged(partition.log.logDirectory)
        this.#produces.check(partition)
        this.#fetches.check(partition)
        return
      case 'fetched':
        this.#deletions.check(partition)
        return
      case 'offline':
        partition.close()
        return
      case 'role':
        this.#listeners.onRole(partition)
        this.#produces.check(partition)
        this.#fetches.check(partition)
        this.#deletions.check(partition)
    }
  }

  onAlterPartitionWish(partition: Partition, wish: AlterPartitionWish): void {
    const { topicId, topicPartition } = partition
    this.#alterPartition?.({ topicId, topicPartition, wish }).then(
      outcome => partition.onAlterPartition(outcome),
      () => partition.onAlterPartition({ result: 'failed' }),
    )
  }

  // ---- background

  #startBackgroundWork(): void {
    this.#every(this.#highWatermarkCheckpointIntervalMs, () => this.#writeHighWatermarks())
    this.#every(this.#lagCheckIntervalMs, async () => {
      for (const partition of this.#partitions) partition.checkLag()
    })
  }

  #every(intervalMs: number, work: () => Promise<void>): void {
    const index = this.#timers.length
    const arm = (): void => {
      this.#timers[index] = this.#world.clock.setTimer(intervalMs, () => {
        void work().finally(() => {
          if (!this.#isClosed) arm()
        })
      })
    }
    arm()
  }

  #writeHighWatermarks(): Promise<void> {
    const online = this.#logManager.directories.filter(({ isOffline }) => !isOffline)
    return this.#checkpoint.write(this.#partitions, { onlineDirectories: online.map(({ path }) => path) })
  }

  /**
   * The stop of a broker that takes no more requests: fetches that wait are answered with what there is, records that
   * wait are brought to disk and acknowledged, the high watermarks are written. The logs stay open for their manager to close.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const timer of this.#timers) timer.cancel()
    this.#fetches.expireAll()
    await this.#changes.settled()
    // A disk that has failed has told its partitions so already.
    await Promise.allSettled(Array.from(this.#partitions, partition => partition.log.flush()))
    this.#produces.expireAll()
    this.#deletions.expireAll()
    await this.#writeHighWatermarks()
    for (const partition of this.#partitions) partition.close()
  }
}

function refusedWithout(errorCode: ErrorCode, { topic, partition }: TopicPartition): PartitionAppend {
  const message =
    errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      ? `There is no partition ${topic}-${partition}.`
      : errorCode === ErrorCode.KAFKA_STORAGE_ERROR
        ? `The disk of ${topic}-${partition} has failed.`
        : `This broker does not lead ${topic}-${partition}.`
  return refusedAppend({ errorCode, message })
}
