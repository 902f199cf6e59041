import type { BrokerConfig } from '../config/broker-config.ts'
import type { Timer } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import type { World } from '../io/world.ts'
import type { ControllerContext, ControllerPort } from '../metadata/controller/controller-port.ts'
import type { SupportedLevels } from '../metadata/image/broker-registration.ts'
import { SecurityProtocol } from '../metadata/image/broker-registration.ts'
import { ErrorCode, errorName } from '../protocol/error-code.ts'
import type { BrokerIdentity } from './producer-id-manager.ts'

/** No epoch yet, or none that was left in order. */
const NO_EPOCH = -1
/** How often the controller is asked while something is waited for. */
const EAGER_HEARTBEAT_MS = 10

export interface BrokerLifecycleOptions {
  readonly world: World
  readonly config: BrokerConfig
  readonly clusterId: string
  readonly controller: ControllerPort
  readonly supportedFeatures: ReadonlyMap<string, SupportedLevels>
  readonly incarnationId: string
  /** Ids of the data directories. */
  readonly directoryIds: readonly string[]
  /** The epoch under which this broker stopped in order the last time. */
  readonly previousBrokerEpoch: number | undefined
  /** What clients and other brokers are told; with the ports that are really in use. */
  readonly advertisedListeners: BrokerConfig['advertisedListeners']
  /** The last offset of the metadata that this broker has applied. */
  readonly appliedOffset: () => number
}

/**
 * This broker's standing in the cluster (Apache Kafka's BrokerLifecycleManager): registers, sends heartbeats so that it
 * stays unfenced, and asks to be let go before it stops.
 */
export class BrokerLifecycle {
  readonly #options: BrokerLifecycleOptions
  readonly #logger: Logger
  #brokerEpoch = NO_EPOCH
  #isFenced = true
  #wantsShutDown = false
  #shouldShutDown = false
  #timer: Timer | undefined

  constructor(options: BrokerLifecycleOptions) {
    this.#options = options
    this.#logger = options.world.logger.named('kafka.server.BrokerLifecycleManager')
  }

  /** Undefined before the broker has registered. */
  get identity(): BrokerIdentity | undefined {
    if (this.#brokerEpoch === NO_EPOCH) return undefined
    return { brokerId: this.#options.config.nodeId, brokerEpoch: this.#brokerEpoch }
  }

  get brokerEpoch(): number {
    return this.#brokerEpoch
  }

  /** Resolves once the broker is registered and unfenced. */
  async start(): Promise<void> {
    const { config, clusterId, controller, incarnationId, directoryIds, previousBrokerEpoch } = this.#options
    const response = await controller.registerBroker(
      {
        brokerId: config.nodeId,
        clusterId,
        incarnationId,
        listeners: this.#options.advertisedListeners.map(({ name, host, port, securityProtocol }) => ({
          name,
          host,
          port,
          securityProtocol: SecurityProtocol[securityProtocol],
        })),
        features: [...this.#options.supportedFeatures].map(([name, { min, max }]) => ({
          name,
          minSupportedVersion: min,
          maxSupportedVersion: max,
        })),
        rack: config.brokerRack ?? null,
        isMigratingZkBroker: false,
        logDirs: [...directoryIds],
        previousBrokerEpoch: previousBrokerEpoch ?? NO_EPOCH,
      },
      this.#context(),
    )
    if (response.errorCode !== ErrorCode.NONE || response.brokerEpoch === undefined) {
      throw new Error(
        `The controller refused to register broker ${config.nodeId}: ${errorName(response.errorCode)}`,
      )
    }
    this.#brokerEpoch = response.brokerEpoch
    await this.#heartbeatUntil(() => !this.#isFenced)
    this.#logger.info(
      { brokerEpoch: this.#brokerEpoch },
      `broker ${config.nodeId} is registered and unfenced`,
    )
    this.#schedule()
  }

  /** Asks to be let go; resolves once the controller agrees, or after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#timer?.cancel()
    if (this.#brokerEpoch === NO_EPOCH) return
    this.#wantsShutDown = true
    const deadlineMs = this.#options.world.clock.monotonicMs() + timeoutMs
    await this.#heartbeatUntil(
      () => this.#shouldShutDown || this.#options.world.clock.monotonicMs() >= deadlineMs,
    )
    this.#timer?.cancel()
  }

  #context(): ControllerContext {
    return { principal: 'User:ANONYMOUS', deadlineMs: undefined }
  }

  async #heartbeatUntil(isDone: () => boolean): Promise<void> {
    for (;;) {
      await this.#heartbeat()
      if (isDone()) return
      await new Promise<void>(resolve => {
        this.#timer = this.#options.world.clock.setTimer(EAGER_HEARTBEAT_MS, resolve)
      })
    }
  }

  #schedule(): void {
    const { config, world } = this.#options
    this.#timer = world.clock.setTimer(config.brokerHeartbeatIntervalMs, () => {
      void this.#heartbeat().then(() => {
        if (!this.#wantsShutDown) this.#schedule()
      })
    })
  }

  /** Never rejects: the next one comes soon enough. */
  async #heartbeat(): Promise<void> {
    const { config, controller, appliedOffset } = this.#options
    try {
      const response = await controller.brokerHeartbeat(
        {
          brokerId: config.nodeId,
          brokerEpoch: this.#brokerEpoch,
          currentMetadataOffset: appliedOffset(),
          wantFence: false,
          wantShutDown: this.#wantsShutDown,
          offlineLogDirs: [],
          cordonedLogDirs: null,
        },
        this.#context(),
      )
      if (response.errorCode !== ErrorCode.NONE) throw new Error(errorName(response.errorCode))
      this.#isFenced = response.isFenced ?? true
      this.#shouldShutDown = response.shouldShutDown
    } catch (error) {
      this.#logger.warn({ err: error }, 'a heartbeat to the controller failed; the next one follows')
      if (this.#wantsShutDown) this.#shouldShutDown = true
    }
  }
}
