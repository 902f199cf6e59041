import type { TopicConfig } from '../../../src/config/topic-config.ts'
import type { Compute } from '../../../src/io/compute.ts'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { World } from '../../../src/io/world.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'
import { LogManager, type LogManagerOptions } from '../../../src/log/log-manager.ts'
import { UNASSIGNED_DIRECTORY } from '../../../src/metadata/image/directory-id.ts'
import type { MetadataImage } from '../../../src/metadata/image/metadata-image.ts'
import { MetadataLoader } from '../../../src/metadata/metadata-loader.ts'
import { type MetadataRecord, metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import type { FetchTarget } from '../../../src/replica/delayed-fetch.ts'
import type { Partition, RequiredAcks } from '../../../src/replica/partition.ts'
import type { PartitionAppend } from '../../../src/replica/partition-append.ts'
import { ReplicaManager } from '../../../src/replica/replica-manager.ts'
import { type BatchOptions, batchOf, settle } from '../log/log-fixture.ts'
import { SilentLogger } from '../support/silent-logger.ts'
import { DiskGate } from './disk-gate.ts'

export { type BatchOptions, batchOf, settle }

const BROKER_ID = 1
export const LOG_DIRS = ['/data']

export interface FixtureOptions {
  readonly disk?: MemoryDisk
  /** Of `disk`. */
  readonly gate?: DiskGate
  readonly clock?: ManualClock
  readonly compute?: Compute
  readonly logDirs?: readonly string[]
  readonly limits?: Partial<LogManagerOptions['limits']>
  /** Every topic's. */
  readonly config?: Partial<TopicConfig>
  /** The metadata that a start begins with. */
  readonly records?: readonly MetadataRecord[]
}

const TOPIC_CONFIG: TopicConfig = {
  ...DEFAULT_LOG_CONFIG,
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionLz4Level: 9,
  compressionZstdLevel: 3,
  deleteRetentionMs: 86_400_000,
  maxCompactionLagMs: undefined,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  minInsyncReplicas: 1,
  preallocate: false,
  uncleanLeaderElectionEnable: false,
  leaderReplicationThrottledReplicas: [],
  followerReplicationThrottledReplicas: [],
}

export interface NewTopic {
  readonly partitions?: number
  readonly topicId?: string
  readonly replicas?: readonly number[]
  readonly isr?: readonly number[]
  readonly leader?: number
  readonly leaderEpoch?: number
  readonly directoryId?: string
}

/** A UUID that tells its number. */
export function uuid(number: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt8(0x40, 6)
  bytes.writeUInt32BE(number, 12)
  return bytes.toString('base64url')
}

export function topicRecords(name: string, topic: NewTopic = {}): MetadataRecord[] {
  const { partitions = 1, topicId = uuid(1), replicas = [BROKER_ID], isr = replicas } = topic
  const { leader = BROKER_ID, leaderEpoch = 0, directoryId = UNASSIGNED_DIRECTORY } = topic
  return [
    metadataRecord('TopicRecord', 0, { name, topicId }),
    ...Array.from({ length: partitions }, (_, partitionId) =>
      metadataRecord('PartitionRecord', 2, {
        topicId,
        partitionId,
        replicas,
        isr,
        removingReplicas: [],
        addingReplicas: [],
        leader,
        leaderEpoch,
        partitionEpoch: 0,
        directories: replicas.map(() => directoryId),
      }),
    ),
  ]
}

export function brokerRecord(brokerId: number, brokerEpoch = brokerId * 10): MetadataRecord {
  return metadataRecord('RegisterBrokerRecord', 3, {
    brokerId,
    brokerEpoch,
    incarnationId: uuid(brokerId),
    endPoints: [{ name: 'PLAINTEXT', host: `host${brokerId}`, port: 9092, securityProtocol: 0 }],
    features: [],
    rack: null,
    fenced: false,
    inControlledShutdown: false,
    logDirs: [uuid(900 + brokerId)],
  })
}

/** A replica manager over a memory disk, with metadata that a test writes record by record. */
export class ReplicaFixture {
  readonly disk: MemoryDisk
  readonly gate: DiskGate
  readonly clock: ManualClock
  readonly world: World
  readonly logger: SilentLogger
  readonly logManager: LogManager
  readonly loader: MetadataLoader
  readonly replicas: ReplicaManager
  /** All that was applied, for a restart. */
  readonly records: MetadataRecord[] = []
  readonly publisherFailures: unknown[] = []
  readonly #options: FixtureOptions
  /** Overrides by topic; a change counts from the next record of the topic's settings on. */
  readonly configs = new Map<string, Partial<TopicConfig>>()
  #offset = 0

  private constructor(parts: {
    disk: MemoryDisk
    gate: DiskGate
    clock: ManualClock
    world: World
    logger: SilentLogger
    logManager: LogManager
    options: FixtureOptions
  }) {
    this.disk = parts.disk
    this.gate = parts.gate
    this.clock = parts.clock
    this.world = parts.world
    this.logger = parts.logger
    this.logManager = parts.logManager
    this.#options = parts.options
    this.loader = new MetadataLoader({
      onPublisherFailed: ({ error }) => this.publisherFailures.push(error),
    })
    this.replicas = new ReplicaManager({
      world: this.world,
      logManager: this.logManager,
      brokerId: BROKER_ID,
      configFor: topic => ({ ...TOPIC_CONFIG, ...parts.options.config, ...this.configs.get(topic) }),
      lagTimeMaxMs: 30_000,
      highWatermarkCheckpointIntervalMs: 5_000,
    })
    this.loader.addPublisher(this.replicas)
  }

  static async start(options: FixtureOptions = {}): Promise<ReplicaFixture> {
    const gate = options.gate ?? new DiskGate()
    const disk = options.disk ?? new MemoryDisk({ before: gate.before })
    const clock = options.clock ?? new ManualClock()
    const logger = new SilentLogger()
    const compute: Compute = options.compute ?? { run: job => job() }
    const world = { clock, disk, random: new SeededRandom(7), compute, logger } as unknown as World
    const logManager = await LogManager.open({
      world,
      logDirs: options.logDirs ?? LOG_DIRS,
      recoveryParallelism: 2,
      initialTaskDelayMs: 30_000,
      retentionCheckIntervalMs: 300_000,
      recoveryPointCheckpointIntervalMs: 60_000,
      logStartOffsetCheckpointIntervalMs: 60_000,
      producerIdExpirationMs: 1e15,
      producerIdExpirationCheckIntervalMs: 600_000,
      verifiesTransactions: false,
      limits: {
        maxUnwrittenBytes: 64 * 1024 * 1024,
        maxUnwrittenBytesPerLog: 16 * 1024 * 1024,
        maxCachedBytes: 32 * 1024 * 1024,
        maxConcurrentWrites: 2,
        maxConcurrentFlushes: 2,
        maxOpenFiles: 100,
        ...options.limits,
      },
    })
    const fixture = new ReplicaFixture({ disk, gate, clock, world, logger, logManager, options })
    await fixture.apply(brokerRecord(BROKER_ID), ...(options.records ?? []))
    return fixture
  }

  get image(): MetadataImage {
    return this.loader.image
  }

  /** Publishes records as one batch; resolves when all that they ask for is done. */
  apply(...records: MetadataRecord[]): Promise<void> {
    const baseOffset = this.#offset
    this.#offset += records.length
    this.records.push(...records)
    const lastOffset = this.#offset - 1
    this.loader.handleCommitted([{ baseOffset, lastOffset, leaderEpoch: 1, appendTimestampMs: 0, records }])
    return this.loader.whenApplied(lastOffset)
  }

  createTopic(name: string, topic: NewTopic = {}): Promise<void> {
    return this.apply(...topicRecords(name, topic))
  }

  partition(topic: string, partition = 0): Partition {
    const found = this.replicas.find({ topic, partition })
    if (typeof found === 'number') throw new Error(`no partition ${topic}-${partition}: ${found}`)
    return found
  }

  async produce(
    topic: string,
    batch: Buffer,
    options: { acks?: RequiredAcks; timeoutMs?: number; partition?: number } = {},
  ): Promise<PartitionAppend> {
    const { acks = -1, timeoutMs = 30_000, partition = 0 } = options
    const [append] = await this.replicas.produce([{ topic, partition, records: batch }], {
      requiredAcks: acks,
      timeoutMs,
      produceVersion: 12,
    })
    return append as PartitionAppend
  }

  /** The process dies, the machine lives. */
  async kill(options: FixtureOptions = {}): Promise<ReplicaFixture> {
    return ReplicaFixture.start(this.#again(this.disk.copy(), options))
  }

  /** Power is cut. */
  async crash(random?: SeededRandom): Promise<ReplicaFixture> {
    return ReplicaFixture.start(this.#again(this.disk.crash(random), {}))
  }

  async stop(): Promise<void> {
    await this.replicas.close()
    await this.logManager.close({ brokerEpoch: 5 })
  }

  async restart(options: FixtureOptions = {}): Promise<ReplicaFixture> {
    await this.stop()
    return ReplicaFixture.start(this.#again(this.disk.copy(), options))
  }

  #again(disk: MemoryDisk, options: FixtureOptions): FixtureOptions {
    const [, ...records] = this.records
    return { ...this.#options, disk, gate: this.gate, records, ...options }
  }
}

/** A consumer's wish. */
export function target(topic: string, fetchOffset: number, more: Partial<FetchTarget> = {}): FetchTarget {
  return {
    topic,
    partition: 0,
    topicId: undefined,
    fetchOffset,
    maxBytes: 1024 * 1024,
    currentLeaderEpoch: undefined,
    lastFetchedEpoch: undefined,
    logStartOffset: undefined,
    ...more,
  }
}

export const CONSUMER = {
  isolation: 'high-watermark',
  leaderOnly: true,
  follower: undefined,
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 50 * 1024 * 1024,
} as const

/** What a promise has come to by now. */
export async function outcomeOf<T>(promise: T | Promise<T>): Promise<T | 'pending'> {
  await settle()
  return Promise.race([promise, Promise.resolve('pending' as const)])
}
