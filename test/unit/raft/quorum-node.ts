import { join } from 'node:path'
import type { World } from '../../../src/io/world.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'
import { LogManager } from '../../../src/log/log-manager.ts'
import { readMetaProperties } from '../../../src/log/meta-properties.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { bootstrapRecords } from '../../../src/metadata/bootstrap-records.ts'
import { Controller } from '../../../src/metadata/controller/controller.ts'
import { DefinedConfigSchema } from '../../../src/metadata/controller/defined-config-schema.ts'
import { imageToRecords } from '../../../src/metadata/image/metadata-image-records.ts'
import { MetadataLoader } from '../../../src/metadata/metadata-loader.ts'
import { metadataRecordCodec } from '../../../src/metadata/records/metadata-record-codec.ts'
import type { MetadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { encodeMetadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { SUPPORTED_FEATURES } from '../../../src/metadata/supported-features.ts'
import { formatDirectories, newUuid } from '../../../src/raft/format.ts'
import type { MetadataLogBatch } from '../../../src/raft/logged-batches.ts'
import { MetadataLog } from '../../../src/raft/metadata-log.ts'
import { QuorumStateFile } from '../../../src/raft/quorum-state-file.ts'
import { RaftDriver } from '../../../src/raft/raft-driver.ts'
import type { SnapshotLimits } from '../../../src/raft/snapshot-schedule.ts'
import { readSnapshot } from '../../../src/raft/snapshots.ts'
import { SUPPORTED_KRAFT_VERSIONS, VoterSet } from '../../../src/raft/voter-set.ts'

export const CLUSTER_ID = 'b3R0bGEtb3JhY2xlLTAwMQ'
const NODE_ID = 1
const anyone = { principal: 'User:ANONYMOUS', deadlineMs: undefined }

export interface QuorumNodeOptions {
  readonly world: World
  /** The one data directory. */
  readonly directory: string
  /** `static`: the voter is told by configuration. */
  readonly quorum?: 'static' | 'dynamic'
  readonly controllerPort?: number
  readonly brokerPort?: number
  readonly snapshotLimits?: Partial<SnapshotLimits>
  readonly segmentBytes?: number
}

const NO_SNAPSHOTS: SnapshotLimits = {
  maxBytesBetween: Number.MAX_SAFE_INTEGER,
  maxIntervalMs: undefined,
  retentionBytes: undefined,
}

const endpointOf = ({ controllerPort = 9093 }: QuorumNodeOptions) => ({
  name: 'CONTROLLER',
  host: '127.0.0.1',
  port: controllerPort,
})

/** Makes the directory ready, as the start of a node does. */
export function formatDirectory(options: QuorumNodeOptions): Promise<void> {
  return formatDirectories({
    world: options.world,
    clusterId: CLUSTER_ID,
    nodeId: NODE_ID,
    logDirs: [options.directory],
    metadataLogDir: options.directory,
    bootstrapRecords: bootstrapRecords(30).map(encodeMetadataRecord),
    standalone: options.quorum === 'static' ? undefined : { endpoints: [endpointOf(options)] },
  })
}

/** A node with a controller, the metadata log and the image, and no data: what this room and the metadata's make together. */
export class QuorumNode {
  readonly controller: Controller
  readonly driver: RaftDriver
  readonly loader: MetadataLoader
  readonly metadataLog: MetadataLog
  readonly log: PartitionLog
  readonly failures: Error[] = []
  readonly directoryId: string
  readonly #options: QuorumNodeOptions
  readonly #logManager: LogManager
  #brokerEpoch = -1

  private constructor(options: QuorumNodeOptions, parts: Parts) {
    this.#options = options
    this.#logManager = parts.logManager
    this.log = parts.log
    this.metadataLog = parts.metadataLog
    this.directoryId = parts.directoryId
    this.loader = new MetadataLoader({ onPublisherFailed: () => {} })
    this.controller = this.#makeController(parts)
    this.driver = this.#makeDriver(parts)
  }

  /** Opens a formatted directory and leads its quorum. */
  static async start(options: QuorumNodeOptions): Promise<QuorumNode> {
    const node = new QuorumNode(options, await openParts(options))
    const { endOffset } = node.metadataLog
    await node.driver.start()
    await node.loader.whenApplied(endOffset)
    return node
  }

  get image() {
    return this.loader.image
  }

  #makeController({ bootstrap }: Parts): Controller {
    const { world } = this.#options
    return new Controller({
      nodeId: NODE_ID,
      clusterId: CLUSTER_ID,
      clock: world.clock,
      random: world.random,
      logger: world.logger,
      configSchema: new DefinedConfigSchema({ staticBroker: new Map() }),
      topicDefaults: { partitionCount: 1, replicationFactor: 1 },
      bootstrapRecords: bootstrap,
      registration: {
        controllerId: NODE_ID,
        incarnationId: newUuid(world),
        zkMigrationReady: false,
        listeners: [{ ...endpointOf(this.#options), securityProtocol: 0 }],
        features: supportedFeatures(),
      },
      localBrokerId: NODE_ID,
      brokerSessionTimeoutMs: 9000,
      leaderImbalanceCheckIntervalMs: undefined,
      maxIdleIntervalMs: undefined,
      quorum: {
        kraftVersion: () => this.driver.kraftVersion,
        voterIds: () => this.driver.voters.ids,
        hasOtherReplicas: () => false,
      },
      whenApplied: offset => this.loader.whenApplied(offset),
      onFailure: error => this.failures.push(error),
    })
  }

  #makeDriver({ log, metadataLog, directoryId }: Parts): RaftDriver {
    const { world, directory, snapshotLimits } = this.#options
    const voter = {
      voterId: NODE_ID,
      directoryId: undefined,
      endpoints: [endpointOf(this.#options)],
      kraftVersions: SUPPORTED_KRAFT_VERSIONS,
    }
    return new RaftDriver({
      world,
      nodeId: NODE_ID,
      directoryId,
      configuredVoters: new VoterSet([voter]),
      log,
      metadataLog,
      quorumStateFile: new QuorumStateFile({ disk: world.disk, directory: metadataDirectory(directory) }),
      notLeader: () => new Error('NOT_CONTROLLER'),
      snapshotSource: { take: () => this.#takeSnapshot() },
      snapshotLimits: { ...NO_SNAPSHOTS, ...snapshotLimits },
      listener: {
        onSnapshot: ({ id, batches }) =>
          this.loader.handleSnapshot({
            provenance: {
              lastContainedOffset: id.endOffset - 1,
              lastContainedEpoch: id.epoch,
              lastContainedLogTimestampMs: 0,
            },
            records: batches.flatMap(recordsOf),
          }),
        onCommitted: batches =>
          this.loader.handleCommitted(batches.map(batch => ({ ...batch, records: recordsOf(batch) }))),
        onBecomeLeader: leadership => void this.controller.becomeLeader(leadership),
        onResign: () => this.controller.becomeFollower(),
        onFailure: error => this.failures.push(error),
      },
    })
  }

  #takeSnapshot() {
    const { image, isInTransaction } = this.loader
    if (isInTransaction || image.features.metadataVersion === undefined) return undefined
    return { ...image.provenance, records: [...imageToRecords(image)].map(encodeMetadataRecord) }
  }

  /** Registers the broker of this node and has it unfenced. */
  async startBroker(): Promise<void> {
    const { world, brokerPort = 9092 } = this.#options
    const { brokerEpoch = -1 } = await this.controller.registerBroker(
      {
        brokerId: NODE_ID,
        clusterId: CLUSTER_ID,
        incarnationId: newUuid(world),
        listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: brokerPort, securityProtocol: 0 }],
        features: supportedFeatures(),
        rack: null,
        isMigratingZkBroker: false,
        logDirs: [this.directoryId],
        previousBrokerEpoch: this.#logManager.directories[0]?.cleanShutdownBrokerEpoch ?? -1,
      },
      anyone,
    )
    this.#brokerEpoch = brokerEpoch
    await this.loader.whenApplied(brokerEpoch)
    await this.#heartbeat(false)
  }

  #heartbeat(wantShutDown: boolean) {
    return this.controller.brokerHeartbeat(
      {
        brokerId: NODE_ID,
        brokerEpoch: this.#brokerEpoch,
        currentMetadataOffset: Number.MAX_SAFE_INTEGER,
        wantFence: false,
        wantShutDown,
        offlineLogDirs: [],
        cordonedLogDirs: null,
      },
      anyone,
    )
  }

  createTopic(name: string, numPartitions = 1) {
    return this.controller.createTopics(
      {
        topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
        timeoutMs: 1000,
        validateOnly: false,
      },
      anyone,
    )
  }

  /** In order: the broker is let go, the quorum left, the log closed. */
  async stop(): Promise<void> {
    if (this.#brokerEpoch >= 0) while (!(await this.#heartbeat(true)).shouldShutDown);
    await this.driver.stop()
    await this.#logManager.close({ brokerEpoch: this.#brokerEpoch })
  }
}

interface Parts {
  readonly logManager: LogManager
  readonly log: PartitionLog
  readonly metadataLog: MetadataLog
  readonly directoryId: string
  readonly bootstrap: readonly MetadataRecord[]
}

const metadataDirectory = (directory: string) => join(directory, '__cluster_metadata-0')

async function openParts({ world, directory, segmentBytes }: QuorumNodeOptions): Promise<Parts> {
  const logManager = await LogManager.open({
    world,
    logDirs: [directory],
    recoveryParallelism: 1,
    initialTaskDelayMs: 1_000_000,
    retentionCheckIntervalMs: 1_000_000,
    recoveryPointCheckpointIntervalMs: 1_000_000,
    logStartOffsetCheckpointIntervalMs: 1_000_000,
    producerIdExpirationMs: 1_000_000,
    producerIdExpirationCheckIntervalMs: 1_000_000,
    verifiesTransactions: false,
    limits: {
      maxUnwrittenBytes: 1 << 24,
      maxUnwrittenBytesPerLog: 1 << 24,
      maxCachedBytes: 1 << 24,
      maxConcurrentWrites: 2,
      maxConcurrentFlushes: 2,
      maxOpenFiles: 64,
    },
  })
  const log = await logManager.openMetadataLog({
    ...DEFAULT_LOG_CONFIG,
    retentionMs: undefined,
    retentionBytes: undefined,
    maxMessageBytes: 8 << 20,
    flushMode: 'durable',
    ...(segmentBytes !== undefined && { segmentBytes }),
  })
  const metadataLog = await MetadataLog.open({ log, world, directory: metadataDirectory(directory) })
  const { directoryId = '' } = (await readMetaProperties(world.disk, directory)) ?? {}
  const bootstrap = await readSnapshot(world.disk, join(directory, 'bootstrap.checkpoint'))
  return { logManager, log, metadataLog, directoryId, bootstrap: bootstrap.flatMap(recordsOf) }
}

function recordsOf({ records }: MetadataLogBatch): MetadataRecord[] {
  return records.map(record => metadataRecordCodec.decode(record) as MetadataRecord)
}

function supportedFeatures() {
  return [...SUPPORTED_FEATURES].map(([name, { min, max }]) => ({
    name,
    minSupportedVersion: min,
    maxSupportedVersion: max,
  }))
}
