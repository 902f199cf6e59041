import { join } from 'node:path'
import type { BrokerConfig } from './config/broker-config.ts'
import { resolveTopicConfig } from './config/resolve-topic-config.ts'
import { GroupCoordinatorService } from './coordinator/group/group-coordinator-service.ts'
import { GROUP_METADATA_TOPIC } from './coordinator/group/group-leadership.ts'
import type { World } from './io/world.ts'
import { DEFAULT_LOG_CONFIG } from './log/log-config.ts'
import { LogManager } from './log/log-manager.ts'
import { readMetaProperties } from './log/meta-properties.ts'
import { Controller } from './metadata/controller/controller.ts'
import { DefinedConfigSchema } from './metadata/controller/defined-config-schema.ts'
import { SecurityProtocol } from './metadata/image/broker-registration.ts'
import type { MetadataImage } from './metadata/image/metadata-image.ts'
import { imageToRecords } from './metadata/image/metadata-image-records.ts'
import { MetadataLoader } from './metadata/metadata-loader.ts'
import { metadataRecordCodec } from './metadata/records/metadata-record-codec.ts'
import { encodeMetadataRecord, type MetadataRecord } from './metadata/records/metadata-records.ts'
import { SUPPORTED_FEATURES } from './metadata/supported-features.ts'
import { ApiError, ErrorCode } from './protocol/error-code.ts'
import type { ListenerType } from './protocol/schema.ts'
import { newUuid } from './raft/format.ts'
import type { MetadataLogBatch } from './raft/logged-batches.ts'
import { MetadataLog } from './raft/metadata-log.ts'
import { QuorumStateFile } from './raft/quorum-state-file.ts'
import { RaftDriver } from './raft/raft-driver.ts'
import { readSnapshot } from './raft/snapshots.ts'
import { SUPPORTED_KRAFT_VERSIONS, VoterSet } from './raft/voter-set.ts'
import { ReplicaManager } from './replica/replica-manager.ts'
import { type AdvertisedVersion, advertisedVersions } from './server/advertised-versions.ts'
import { AutoTopicCreation } from './server/auto-topic-creation.ts'
import { BrokerLifecycle } from './server/broker-lifecycle.ts'
import type { BrokerServices } from './server/broker-services.ts'
import { ConfigDescriber } from './server/config-describer.ts'
import { Dispatcher } from './server/dispatcher.ts'
import { DynamicConfig } from './server/dynamic-config.ts'
import { FetchSessions } from './server/fetch-sessions.ts'
import { HANDLERS } from './server/handlers.ts'
import { ProducerIdManager } from './server/producer-id-manager.ts'
import { SocketServer } from './server/socket-server.ts'

/** How long a broker that stops waits for the controller to let it go. */
const CONTROLLED_SHUTDOWN_MS = 3_000

const METADATA_LOG_NAME = '__cluster_metadata-0'
const METADATA_MAX_BATCH_BYTES = 8 * 1024 * 1024
/** Data files that a directory keeps open; more are opened and closed as they are used. */
const MAX_OPEN_FILES = 4_096

const ADVERTISED: Readonly<Record<ListenerType, readonly AdvertisedVersion[]>> = {
  broker: advertisedVersions(HANDLERS.values(), 'broker'),
  controller: advertisedVersions(HANDLERS.values(), 'controller'),
}

/** A running node, or one that is about to be. */
export interface Node {
  /** Resolves once clients are served. Rejects with what stands in the way; nothing is left behind then. */
  start(): Promise<void>
  /** Answers what is in flight, brings everything to disk, marks the stop as clean. */
  stop(): Promise<void>
  /** Where a listener is really bound, once started. */
  port(listenerName: string): number | undefined
}

export interface NodeHooks {
  /** The node cannot go on and has to be stopped. */
  readonly onFailure: (error: Error) => void
}

/**
 * Puts a node together; nothing outside of this file knows more than its own room. The data directories have been
 * formatted.
 */
export function createNode(config: BrokerConfig, world: World, hooks: NodeHooks): Node {
  return new CombinedNode(config, world, hooks)
}

/** What has been started, in order, and how to take it back. */
type Undo = () => Promise<void>

class CombinedNode implements Node {
  readonly #world: World
  readonly #hooks: NodeHooks
  readonly #config: DynamicConfig
  readonly #incarnationId: string
  readonly #undo: Undo[] = []
  #socketServer: SocketServer | undefined
  #lifecycle: BrokerLifecycle | undefined

  constructor(config: BrokerConfig, world: World, hooks: NodeHooks) {
    this.#world = world
    this.#hooks = hooks
    this.#config = new DynamicConfig(config)
    this.#incarnationId = newUuid(world)
  }

  port(listenerName: string): number | undefined {
    return this.#socketServer?.endpoint(listenerName)?.port
  }

  async start(): Promise<void> {
    try {
      await this.#start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo()
  }

  async #start(): Promise<void> {
    const world = this.#world
    const config = this.#config.current
    const storage = await this.#openStorage()
    const loader = new MetadataLoader({
      onPublisherFailed: failure =>
        this.#hooks.onFailure(new Error(`${failure.publisher} failed`, { cause: failure.error })),
    })
    loader.addPublisher(this.#config)
    const { controller, driver } = await this.#startQuorum(storage, loader)

    const replicas = new ReplicaManager({
      world,
      logManager: storage.logManager,
      brokerId: config.nodeId,
      configFor: (topic, image) => this.#topicConfig(topic, image),
      lagTimeMaxMs: config.replicaLagTimeMaxMs,
      highWatermarkCheckpointIntervalMs: config.replicaHighWatermarkCheckpointIntervalMs,
    })
    const groups = new GroupCoordinatorService({ world, config: () => this.#config.current })
    // At a stop no more is read from clients, then what waits is completed, then the answers are sent.
    this.#undo.push(async () => this.#socketServer?.stop())
    this.#undo.push(() => replicas.close())
    loader.addPublisher(replicas)
    loader.addPublisher(groups)
    await loader.whenApplied(loader.image.provenance.lastContainedOffset)
    replicas.addLeadershipListener(GROUP_METADATA_TOPIC, {
      onElected: ({ partition }, leadership) => groups.onElection(partition, leadership),
      onResigned: ({ partition }) => groups.onResignation(partition),
    })
    this.#undo.push(() => groups.stop())

    const services = this.#services({ ...storage, loader, controller, driver, replicas, groups })
    const dispatcher = new Dispatcher({ handlers: HANDLERS, services })
    const socketServer = new SocketServer({ world, config: () => this.#config.current, dispatcher })
    this.#socketServer = socketServer
    this.#undo.push(() => socketServer.quiesce())
    await socketServer.listen()

    const lifecycle = new BrokerLifecycle({
      world,
      config,
      clusterId: storage.clusterId,
      controller,
      supportedFeatures: SUPPORTED_FEATURES,
      incarnationId: this.#incarnationId,
      directoryIds: storage.logManager.directories.flatMap(({ directoryId }) => directoryId ?? []),
      previousBrokerEpoch: storage.logManager.directories[0]?.cleanShutdownBrokerEpoch,
      advertisedListeners: this.#boundListeners(config, socketServer),
      appliedOffset: () => loader.image.provenance.lastContainedOffset,
    })
    this.#lifecycle = lifecycle
    await lifecycle.start()
    this.#undo.push(() => lifecycle.stop(CONTROLLED_SHUTDOWN_MS))
    await loader.whenApplied(loader.image.provenance.lastContainedOffset)
    socketServer.serve()
  }

  #services(
    parts: Storage &
      Quorum & { loader: MetadataLoader; replicas: ReplicaManager; groups: GroupCoordinatorService },
  ): BrokerServices {
    const { loader, controller, driver } = parts
    const world = this.#world
    const config = () => this.#config.current
    const monotonicMs = () => world.clock.monotonicMs()
    const image = () => loader.image
    return {
      world,
      get config() {
        return config()
      },
      clusterId: parts.clusterId,
      metadata: loader,
      controller,
      quorum: driver,
      supportedFeatures: SUPPORTED_FEATURES,
      replicas: parts.replicas,
      groups: parts.groups,
      fetchSessions: new FetchSessions({ maxSessions: config().maxIncrementalFetchSessionCacheSlots, world }),
      producerIds: new ProducerIdManager({
        controller,
        monotonicMs,
        identity: () => this.#lifecycle?.identity,
      }),
      autoTopicCreation: new AutoTopicCreation({ config, controller, monotonicMs }),
      configDescriber: new ConfigDescriber({ config, image }),
      advertisedVersions: type => ADVERTISED[type],
    }
  }

  /** What clients are told; where the system chose the port, that one. */
  #boundListeners({ listeners, advertisedListeners }: BrokerConfig, socketServer: SocketServer) {
    return advertisedListeners.map(listener => {
      const asked = listeners.find(({ name }) => name === listener.name)
      const bound = socketServer.endpoint(listener.name)
      return asked?.port === 0 && listener.port === 0 && bound !== undefined
        ? { ...listener, port: bound.port }
        : listener
    })
  }

  async #openStorage(): Promise<Storage> {
    const world = this.#world
    const config = this.#config.current
    const logManager = await LogManager.open({
      world,
      logDirs: config.logDirs,
      metadataLogDir: config.metadataLogDir,
      recoveryParallelism: config.numRecoveryThreadsPerDataDir,
      initialTaskDelayMs: config.logInitialTaskDelayMs,
      retentionCheckIntervalMs: config.logRetentionCheckIntervalMs,
      recoveryPointCheckpointIntervalMs: config.logFlushOffsetCheckpointIntervalMs,
      logStartOffsetCheckpointIntervalMs: config.logFlushStartOffsetCheckpointIntervalMs,
      producerIdExpirationMs: config.producerIdExpirationMs,
      producerIdExpirationCheckIntervalMs: config.producerIdExpirationCheckIntervalMs,
      verifiesTransactions: false,
      limits: dataDirectoryLimits(config),
    })
    this.#undo.push(() => logManager.close({ brokerEpoch: this.#lifecycle?.brokerEpoch ?? -1 }))
    logManager.setListener({
      onDirectoryOffline: ({ path }) => {
        if (logManager.directories.every(({ isOffline }) => isOffline)) {
          this.#hooks.onFailure(
            new Error(`the disk failed and no data directory is left (${path} was the last)`),
          )
        }
      },
    })
    const metaProperties = await readMetaProperties(world.disk, config.metadataLogDir)
    if (metaProperties?.directoryId === undefined) {
      throw new Error(`${config.metadataLogDir} is not formatted: run kafka-storage.sh format first`)
    }
    return { logManager, clusterId: metaProperties.clusterId, directoryId: metaProperties.directoryId }
  }

  async #startQuorum(storage: Storage, loader: MetadataLoader): Promise<Quorum> {
    const world = this.#world
    const config = this.#config.current
    const directory = join(config.metadataLogDir, METADATA_LOG_NAME)
    const log = await storage.logManager.openMetadataLog(metadataLogConfig(config))
    const metadataLog = await MetadataLog.open({ log, world, directory })
    const endOffset = metadataLog.endOffset
    const fail = (error: Error) => this.#hooks.onFailure(error)
    const notLeader = () => new ApiError(ErrorCode.NOT_CONTROLLER, 'This node is not the active controller.')

    const controller: Controller = new Controller({
      nodeId: config.nodeId,
      clusterId: storage.clusterId,
      clock: world.clock,
      random: world.random,
      logger: world.logger.named('org.apache.kafka.controller.QuorumController'),
      configSchema: new DefinedConfigSchema({ staticBroker: config.sources.staticBroker }),
      topicDefaults: {
        partitionCount: config.numPartitions,
        replicationFactor: config.defaultReplicationFactor,
      },
      bootstrapRecords: await readBootstrapRecords(world, config),
      registration: this.#controllerRegistration(config),
      localBrokerId: config.isBroker ? config.nodeId : undefined,
      brokerSessionTimeoutMs: config.brokerSessionTimeoutMs,
      // One broker leads everything it can lead.
      leaderImbalanceCheckIntervalMs: undefined,
      maxIdleIntervalMs: config.metadataMaxIdleIntervalMs,
      quorum: {
        kraftVersion: () => driver.kraftVersion,
        voterIds: () => driver.voters.ids,
        hasOtherReplicas: () => driver.voters.size > 1,
      },
      whenApplied: offset => loader.whenApplied(offset),
      onFailure: fail,
    })
    const driver: RaftDriver = new RaftDriver({
      world,
      nodeId: config.nodeId,
      directoryId: storage.directoryId,
      configuredVoters: configuredVoters(config),
      log,
      metadataLog,
      quorumStateFile: new QuorumStateFile({ disk: world.disk, directory }),
      notLeader,
      snapshotSource: { take: () => takeSnapshot(loader) },
      snapshotLimits: {
        maxBytesBetween: config.metadataLogMaxRecordBytesBetweenSnapshots,
        maxIntervalMs: config.metadataLogMaxSnapshotIntervalMs,
        retentionBytes: config.metadataMaxRetentionBytes,
        retentionMs: config.metadataMaxRetentionMs,
      },
      listener: {
        onSnapshot: ({ id, batches }) => loader.handleSnapshot(metadataSnapshot(id, batches)),
        onCommitted: batches => loader.handleCommitted(batches.map(metadataBatch)),
        onBecomeLeader: leadership => void controller.becomeLeader(leadership).catch(fail),
        onResign: () => controller.becomeFollower(),
        onFailure: fail,
      },
    })
    this.#undo.push(() => driver.stop())
    await driver.start()
    await loader.whenApplied(endOffset)
    return { controller, driver }
  }

  #controllerRegistration({ nodeId, advertisedControllerListeners }: BrokerConfig) {
    return {
      controllerId: nodeId,
      incarnationId: this.#incarnationId,
      zkMigrationReady: false,
      listeners: advertisedControllerListeners.map(({ name, host, port, securityProtocol }) => ({
        name,
        host,
        port,
        securityProtocol: SecurityProtocol[securityProtocol],
      })),
      features: [...SUPPORTED_FEATURES].map(([name, { min, max }]) => ({
        name,
        minSupportedVersion: min,
        maxSupportedVersion: max,
      })),
    }
  }

  /** A topic's settings under an image; topics without settings of their own share one result. */
  #topicConfig(topic: string, { configs }: MetadataImage) {
    return resolveTopicConfig(configs.topicConfigs(topic), this.#config.current.sources)
  }
}

interface Storage {
  readonly logManager: LogManager
  readonly clusterId: string
  /** Of the directory that the metadata log lies in. */
  readonly directoryId: string
}

interface Quorum {
  readonly controller: Controller
  readonly driver: RaftDriver
}

/** Of the tail buffer, half is for what is not written yet: that much a burst may bring before producers wait. */
function dataDirectoryLimits(config: BrokerConfig) {
  const bytes = Math.floor(config.ottlaTailBufferBytes / config.logDirs.length)
  return {
    maxUnwrittenBytes: bytes / 2,
    maxUnwrittenBytesPerLog: bytes / 4,
    maxCachedBytes: bytes / 2,
    maxConcurrentWrites: config.ottlaMaxConcurrentFlushes,
    maxConcurrentFlushes: config.ottlaMaxConcurrentFlushes,
    maxOpenFiles: MAX_OPEN_FILES,
  }
}

/** The metadata log keeps everything until a snapshot has it, and is always flushed. */
function metadataLogConfig(config: BrokerConfig) {
  return {
    ...DEFAULT_LOG_CONFIG,
    segmentBytes: config.metadataLogSegmentBytes,
    segmentMs: config.metadataLogSegmentMs,
    retentionMs: undefined,
    retentionBytes: undefined,
    maxMessageBytes: METADATA_MAX_BATCH_BYTES,
    flushMode: 'durable' as const,
  }
}

/** The voters where the log tells none: those of `controller.quorum.voters`. */
function configuredVoters({ controllerQuorumVoters, controllerListenerNames }: BrokerConfig): VoterSet {
  const [name = 'CONTROLLER'] = controllerListenerNames
  return new VoterSet(
    controllerQuorumVoters.map(({ nodeId, host, port }) => ({
      voterId: nodeId,
      directoryId: undefined,
      endpoints: [{ name, host, port }],
      kraftVersions: SUPPORTED_KRAFT_VERSIONS,
    })),
  )
}

/** What an empty metadata log begins with; written by the format. */
async function readBootstrapRecords(
  { disk }: World,
  { metadataLogDir }: BrokerConfig,
): Promise<MetadataRecord[]> {
  const path = join(metadataLogDir, 'bootstrap.checkpoint')
  return (await disk.exists(path)) ? (await readSnapshot(disk, path)).flatMap(metadataRecords) : []
}

function metadataRecords({ records }: MetadataLogBatch): MetadataRecord[] {
  return records.map(record => metadataRecordCodec.decode(record) as MetadataRecord)
}

function metadataBatch(batch: MetadataLogBatch) {
  return { ...batch, records: metadataRecords(batch) }
}

function metadataSnapshot(id: { endOffset: number; epoch: number }, batches: readonly MetadataLogBatch[]) {
  const provenance = {
    lastContainedOffset: id.endOffset - 1,
    lastContainedEpoch: id.epoch,
    lastContainedLogTimestampMs: batches[0]?.appendTimestampMs ?? 0,
  }
  return { provenance, records: batches.flatMap(metadataRecords) }
}

function takeSnapshot(loader: MetadataLoader) {
  const { image, isInTransaction } = loader
  if (isInTransaction || image.features.metadataVersion === undefined) return undefined
  return { ...image.provenance, records: encodeRecords(imageToRecords(image)) }
}

function* encodeRecords(records: Iterable<MetadataRecord>): Generator<Buffer> {
  for (const record of records) yield encodeMetadataRecord(record)
}
