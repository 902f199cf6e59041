import type { CommandContext } from '../../machine/machine.ts'
import type { MachineHostOptions } from '../../machine/machine-host.ts'
import { MachineHost } from '../../machine/machine-host.ts'
import type { LoggedBatch, RecordWriter } from '../../machine/record-writer.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  BrokerHeartbeatRequest,
  BrokerHeartbeatResponse,
} from '../../protocol/messages/broker-heartbeat.ts'
import type { ControllerRegistrationRequest } from '../../protocol/messages/controller-registration.ts'
import type { MetadataImage } from '../image/metadata-image.ts'
import { metadataRecordCodec } from '../records/metadata-record-codec.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { activate, registerSelf } from './activate.ts'
import { allocateProducerIds } from './allocate-producer-ids.ts'
import { alterClientQuotas } from './alter-client-quotas.ts'
import { incrementalAlterConfigs, legacyAlterConfigs } from './alter-configs.ts'
import { alterPartition } from './alter-partition.ts'
import { assignReplicasToDirs } from './assign-replicas-to-dirs.ts'
import { brokerHeartbeat, fenceRecords } from './broker-heartbeat.ts'
import { BrokerSessions } from './broker-sessions.ts'
import type { ConfigSchema } from './config-schema.ts'
import type { ControllerResult } from './controller-machine.ts'
import { ControllerMachine } from './controller-machine.ts'
import type { ControllerContext, ControllerPort } from './controller-port.ts'
import { createPartitions } from './create-partitions.ts'
import type { TopicDefaults } from './create-topics.ts'
import { createTopics } from './create-topics.ts'
import { deleteTopics } from './delete-topics.ts'
import { balanceLeaders, electLeaders } from './elect-leaders.ts'
import { alterPartitionReassignments, listPartitionReassignments } from './partition-reassignments.ts'
import { registerBroker, registerController, unregisterBroker } from './register-broker.ts'
import { updateFeatures } from './update-features.ts'

type HostOptions = MachineHostOptions<ControllerMachine, MetadataRecord, never, MetadataImage>

export interface ControllerOptions {
  readonly nodeId: number
  readonly clusterId: string
  readonly clock: HostOptions['clock']
  readonly random: HostOptions['random']
  readonly logger: HostOptions['logger']
  readonly configSchema: ConfigSchema
  /** `num.partitions` and `default.replication.factor` */
  readonly topicDefaults: TopicDefaults
  /** What an empty log begins with, from bootstrap.checkpoint (see `bootstrap-records.ts`). */
  readonly bootstrapRecords: readonly MetadataRecord[]
  /** What this controller says of itself when it becomes active. */
  readonly registration: ControllerRegistrationRequest
  /**
   * The broker in this same process, where there is one: an earlier incarnation of it cannot still be alive, so a new one
   * need not wait for the old session to end.
   */
  readonly localBrokerId: number | undefined
  /** `broker.session.timeout.ms` */
  readonly brokerSessionTimeoutMs: number
  /** `leader.imbalance.check.interval.seconds`; undefined: `auto.leader.rebalance.enable` is off. */
  readonly leaderImbalanceCheckIntervalMs: number | undefined
  /** `metadata.max.idle.interval.ms`; undefined: none. */
  readonly maxIdleIntervalMs: number | undefined
  /** What the quorum knows: the finalized kraft.version, the voters, and whether anyone but this node reads the log. */
  readonly quorum: {
    readonly kraftVersion: () => number
    readonly voterIds: () => readonly number[]
    readonly hasOtherReplicas: () => boolean
  }
  /** Resolves once this node has applied the metadata up to `offset` (`MetadataLoader.whenApplied`). */
  readonly whenApplied: (offset: number) => Promise<void>
  /** The state is not what the log says: this node must give up the leadership. */
  readonly onFailure: (error: Error) => void
}

/** Brokers' leaders given back to the preferred replica in one go (ReplicationControlManager). */
const MOST_ELECTIONS_AT_ONCE = 1000

/**
 * What a user asks for is one batch (`refuseTooManyRecords`). More than that comes of a broker that comes or goes, partition
 * by partition, and what a crash leaves undone of it is done when the broker registers again.
 */
const MOST_RECORDS_PER_BATCH = 10_000

function* inChunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}

const intoBatches = (records: readonly MetadataRecord[]): readonly (readonly MetadataRecord[])[] =>
  records.length <= MOST_RECORDS_PER_BATCH ? [records] : [...inChunks(records, MOST_RECORDS_PER_BATCH)]

type Operation<T> = (machine: ControllerMachine, at: CommandContext) => ControllerResult<T>

/**
 * The controller over the metadata log (Kafka's QuorumController): takes commands while this node leads the quorum, and
 * does what has to be done by the clock: brokers' sessions, preferred leaders, a sign of life in an idle log.
 */
export class Controller implements ControllerPort {
  readonly #options: ControllerOptions
  readonly #host: MachineHost<ControllerMachine, MetadataRecord, never, MetadataImage>
  readonly #sessions: BrokerSessions
  /** Settles when the leadership that began last is active, or never will be. */
  #loaded: Promise<void> = Promise.resolve()
  /** The end of what was written last, to tell whether the log is idle. */
  #lastEndOffset = 0

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#host = new MachineHost<ControllerMachine, MetadataRecord, never, MetadataImage>({
      name: '__cluster_metadata-0',
      createMachine: () => new ControllerMachine({ configSchema: options.configSchema }),
      codec: metadataRecordCodec,
      clock: options.clock,
      random: options.random,
      logger: options.logger,
      errors: {
        notLeader: () => notController(),
        loading: () => notController(),
        tooLarge: () =>
          new ApiError(ErrorCode.POLICY_VIOLATION, 'Unable to perform excessively large batch operation.'),
        timedOut: () => timedOut(),
      },
      intoBatches,
      onActive: machine => this.#onActive(machine),
      onFailure: options.onFailure,
    })
    this.#sessions = new BrokerSessions({
      timers: this.#host.timers,
      timeoutMs: options.brokerSessionTimeoutMs,
      onExpired: brokerId => this.#fenceStaleBroker(brokerId),
    })
  }

  get isActive(): boolean {
    return this.#host.state === 'active'
  }

  /** The epoch in which this node is the active controller. */
  get epoch(): number | undefined {
    return this.isActive ? this.#host.leaderEpoch : undefined
  }

  /**
   * This node leads the quorum. `batches` is a snapshot's records and all of the log behind it. Requests that come before
   * they have been replayed wait for that.
   */
  becomeLeader(leadership: {
    writer: RecordWriter
    batches: AsyncIterable<LoggedBatch> | Iterable<LoggedBatch>
  }): Promise<void> {
    this.#sessions.endAll()
    const loading = this.#host.becomeLeader(leadership)
    this.#loaded = loading.catch(() => {})
    return loading
  }

  /** It does not, any more: all that waits is answered NOT_CONTROLLER. */
  becomeFollower(): void {
    this.#sessions.endAll()
    this.#host.becomeFollower()
  }

  createTopics: ControllerPort['createTopics'] = (request, context) =>
    this.#runApplied(context, (machine, at) =>
      createTopics(machine, request, at, this.#options.topicDefaults),
    )

  deleteTopics: ControllerPort['deleteTopics'] = (request, context) =>
    this.#runApplied(context, machine => deleteTopics(machine, request))

  createPartitions: ControllerPort['createPartitions'] = (request, context) =>
    this.#runApplied(context, (machine, at) => createPartitions(machine, request, at))

  incrementalAlterConfigs: ControllerPort['incrementalAlterConfigs'] = (request, context) =>
    this.#runApplied(context, machine => incrementalAlterConfigs(machine, request))

  alterConfigs: ControllerPort['alterConfigs'] = (request, context) =>
    this.#runApplied(context, machine => legacyAlterConfigs(machine, request))

  updateFeatures: ControllerPort['updateFeatures'] = (request, context) => {
    const { nodeId, quorum } = this.#options
    return this.#runApplied(context, machine =>
      updateFeatures(machine, request, {
        nodeId,
        kraftVersion: quorum.kraftVersion(),
        voterIds: quorum.voterIds(),
      }),
    )
  }

  electLeaders: ControllerPort['electLeaders'] = (request, context) =>
    this.#runApplied(context, machine => electLeaders(machine, request))

  alterPartitionReassignments: ControllerPort['alterPartitionReassignments'] = (request, context) =>
    this.#runApplied(context, machine => alterPartitionReassignments(machine, request))

  listPartitionReassignments: ControllerPort['listPartitionReassignments'] = (request, context) =>
    this.#run(context, machine => ({ records: [], response: listPartitionReassignments(machine, request) }))

  alterClientQuotas: ControllerPort['alterClientQuotas'] = (request, context) =>
    this.#runApplied(context, machine => alterClientQuotas(machine, request))

  allocateProducerIds: ControllerPort['allocateProducerIds'] = (request, context) =>
    this.#run(context, machine => allocateProducerIds(machine, request))

  alterPartition: ControllerPort['alterPartition'] = (request, context) =>
    this.#run(context, machine => alterPartition(machine, request))

  assignReplicasToDirs: ControllerPort['assignReplicasToDirs'] = (request, context) =>
    this.#run(context, machine => assignReplicasToDirs(machine, request))

  registerController: ControllerPort['registerController'] = (request, context) =>
    this.#run(context, machine => registerController(machine, request))

  registerBroker: ControllerPort['registerBroker'] = (request, context) => {
    const { clusterId, localBrokerId, quorum } = this.#options
    const isAlive = (id: number) => this.#sessions.isAlive(id, { heardOnly: id === localBrokerId })
    return this.#run(context, (machine, at) => {
      const surroundings = { clusterId, kraftVersion: quorum.kraftVersion(), isAlive }
      const known = machine.cluster.brokers.get(request.brokerId)
      const result = registerBroker(machine, request, at, surroundings)
      if (known?.incarnationId !== request.incarnationId) this.#sessions.end(request.brokerId)
      return result
    })
  }

  unregisterBroker: ControllerPort['unregisterBroker'] = ({ brokerId }, context) =>
    this.#runApplied(context, machine => {
      const result = unregisterBroker(machine, brokerId)
      this.#sessions.end(brokerId)
      return result
    })

  brokerHeartbeat: ControllerPort['brokerHeartbeat'] = (request, context) =>
    this.#run(context, (machine, at) => {
      const { brokerId } = request
      const others = [...machine.cluster.brokers.keys()].filter(
        id => id !== brokerId && machine.cluster.isActive(id),
      )
      const result = brokerHeartbeat(machine, request, {
        controlledShutdownOffset: this.#sessions.controlledShutdownOffset(brokerId) ?? at.nextOffset,
        lowestActiveOffset: this.#sessions.lowestMetadataOffset(others),
      })
      this.#noteHeartbeat(request, result.response, at.nextOffset + result.records.length)
      return result
    })

  #noteHeartbeat(
    { brokerId, currentMetadataOffset, wantShutDown }: BrokerHeartbeatRequest,
    { isFenced }: BrokerHeartbeatResponse,
    endOffset: number,
  ): void {
    if (isFenced !== false) {
      this.#sessions.end(brokerId)
      return
    }
    this.#sessions.touch(brokerId, currentMetadataOffset)
    if (wantShutDown) this.#sessions.noteControlledShutdown(brokerId, endOffset - 1)
  }

  #onActive(machine: ControllerMachine): void {
    const { bootstrapRecords, registration } = this.#options
    this.#inBackground('activation', live => activate(live, { bootstrapRecords }))
    this.#inBackground('registration', live => registerSelf(live, registration))
    for (const { id, fenced } of machine.cluster.brokers.values()) if (!fenced) this.#sessions.presume(id)
    this.#scheduleLeaderBalance()
    this.#scheduleNoOp()
  }

  /** Runs what nobody waits for. */
  #inBackground(what: string, command: Operation<void>): void {
    this.#host.run(command).catch((error: unknown) => {
      if (this.isActive) this.#options.logger.error({ err: error }, `the controller's ${what} failed`)
    })
  }

  async #fenceStaleBroker(brokerId: number): Promise<void> {
    if (!this.isActive) return
    this.#options.logger.info({ brokerId }, `Fencing broker ${brokerId} because its session has timed out.`)
    await this.#host.run(machine => {
      const broker = machine.cluster.brokers.get(brokerId)
      return { records: broker === undefined ? [] : fenceRecords(machine, broker), response: undefined }
    })
    this.#sessions.end(brokerId)
  }

  #scheduleLeaderBalance(): void {
    const { leaderImbalanceCheckIntervalMs: delayMs } = this.#options
    if (delayMs === undefined || !this.isActive) return
    const action = async () => {
      const elected = await this.#host.run(machine =>
        balanceLeaders(machine, { maxElections: MOST_ELECTIONS_AT_ONCE }),
      )
      if (elected > 0) this.#options.logger.info({ elected }, 'preferred leaders were elected')
      this.#scheduleLeaderBalance()
    }
    this.#host.timers.schedule({ key: 'balance-leaders', delayMs, action })
  }

  /**
   * In an idle log, others see by a record that does nothing that the controller lives and how far they are behind. With
   * nobody else to read it, it would only wake the disk.
   */
  #scheduleNoOp(): void {
    const { maxIdleIntervalMs: delayMs, quorum } = this.#options
    if (delayMs === undefined || !this.isActive) return
    const action = async () => {
      if (quorum.hasOtherReplicas()) await this.#host.run((_machine, at) => this.#noOpWhenIdle(at))
      this.#scheduleNoOp()
    }
    this.#host.timers.schedule({ key: 'no-op', delayMs, action })
  }

  #noOpWhenIdle({ nextOffset }: CommandContext): ControllerResult<void> {
    const isIdle = nextOffset === this.#lastEndOffset
    this.#lastEndOffset = isIdle ? nextOffset + 1 : nextOffset
    return { records: isIdle ? [metadataRecord('NoOpRecord', 0, {})] : [], response: undefined }
  }

  /** Answers once this node has applied the change, so that who asked sees it here. */
  #runApplied<T>(context: ControllerContext, operation: Operation<T>): Promise<T> {
    let lastOffset = -1
    return this.#withDeadline(context, async () => {
      const response = await this.#guarded((machine, at) => {
        const result = operation(machine, at)
        if (result.records.length > 0) lastOffset = at.nextOffset + result.records.length - 1
        return result
      })
      if (lastOffset >= 0) await this.#options.whenApplied(lastOffset)
      return response
    })
  }

  /** Answers once the change is committed. */
  #run<T>(context: ControllerContext, operation: Operation<T>): Promise<T> {
    return this.#withDeadline(context, () => this.#guarded(operation))
  }

  async #guarded<T>(operation: Operation<T>): Promise<T> {
    try {
      if (this.#host.state === 'loading') await this.#loaded
      return await this.#host.run(operation)
    } catch (error) {
      if (error instanceof ApiError) throw error
      this.#options.logger.error({ err: error }, 'a request to the controller failed')
      throw new ApiError(ErrorCode.UNKNOWN_SERVER_ERROR)
    }
  }

  #withDeadline<T>({ deadlineMs }: ControllerContext, action: () => Promise<T>): Promise<T> {
    if (deadlineMs === undefined) return action()
    const { clock } = this.#options
    const leftMs = deadlineMs - clock.monotonicMs()
    if (leftMs < 0) return Promise.reject(timedOut())
    return new Promise<T>((resolve, reject) => {
      const timer = clock.setTimer(leftMs, () => reject(timedOut()))
      action().then(
        response => {
          timer.cancel()
          resolve(response)
        },
        (error: unknown) => {
          timer.cancel()
          reject(error as Error)
        },
      )
    })
  }
}

function notController(): ApiError {
  const message = 'The active controller appears to be another node.'
  return new ApiError(ErrorCode.NOT_CONTROLLER, message)
}

function timedOut(): ApiError {
  return new ApiError(ErrorCode.REQUEST_TIMED_OUT)
}
