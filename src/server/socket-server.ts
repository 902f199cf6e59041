import type { BrokerConfig } from '../config/broker-config.ts'
import type { Timer } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import type { Endpoint, Listening, Socket, SocketEvents } from '../io/network.ts'
import type { World } from '../io/world.ts'
import { Connection } from './connection.ts'
import type { Dispatcher } from './dispatcher.ts'
import { ANONYMOUS, type ConnectionContext } from './request-context.ts'
import { RequestMemory } from './request-memory.ts'

type Listener = BrokerConfig['listeners'][number]

/** How long requests in flight may take at a stop. */
const STOP_TIMEOUT_MS = 5_000
const LONGEST_IDLE_CHECK_MS = 10_000
const REFUSAL_LOG_INTERVAL_MS = 10_000

/** Hears nothing: for a connection that is refused. */
const DEAF: SocketEvents = { onData() {}, onDrain() {}, onClose() {} }

/**
 * All listeners and their connections (Apache Kafka's SocketServer). Life: `listen` opens the ports, `serve` begins to
 * handle requests (what came in before has waited), `stop` answers what is in flight and closes.
 */
export class SocketServer {
  readonly #world: World
  readonly #logger: Logger
  readonly #config: () => BrokerConfig
  readonly #dispatcher: Dispatcher
  readonly #memory: RequestMemory
  readonly #listening = new Map<string, Listening>()
  readonly #connections = new Set<Connection>()
  readonly #perAddress = new Map<string, number>()
  #nextConnectionId = 0
  #isServing = false
  #idleTimer: Timer | undefined
  #refusals = 0
  #refusalTimer: Timer | undefined
  #onLastClosed: (() => void) | undefined

  constructor(options: { world: World; config: () => BrokerConfig; dispatcher: Dispatcher }) {
    this.#world = options.world
    this.#config = options.config
    this.#dispatcher = options.dispatcher
    this.#logger = options.world.logger.named('kafka.network.SocketServer')
    this.#memory = new RequestMemory({
      limitBytes: options.config().requestBufferBytes,
      clock: options.world.clock,
    })
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** Where a listener is bound. */
  endpoint(listenerName: string): Endpoint | undefined {
    return this.#listening.get(listenerName)?.endpoint
  }

  /** Rejects with the system's error (EADDRINUSE ...); nothing is left open then. */
  async listen(): Promise<void> {
    for (const listener of this.#config().listeners) {
      const { name, host, port } = listener
      const bound = await this.#bind({ host, port }, socket => this.#accept(socket, listener))
      this.#listening.set(name, bound)
      this.#logger.info(
        {},
        `Awaiting socket connections on ${host === '' ? '*' : host}:${bound.endpoint.port}.`,
      )
    }
    this.#watchIdle()
  }

  /** No host means every interface: both families of addresses, or IPv4 where the system has no other. */
  async #bind({ host, port }: Endpoint, accept: (socket: Socket) => SocketEvents): Promise<Listening> {
    const { network } = this.#world
    if (host !== '') return network.listen({ host, port }, accept)
    try {
      return await network.listen({ host: '::', port }, accept)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error
      return network.listen({ host: '0.0.0.0', port }, accept)
    }
  }

  serve(): void {
    this.#isServing = true
    for (const connection of this.#connections) connection.start()
  }

  /** No more connections, and no more requests on those that there are. */
  async quiesce(): Promise<void> {
    this.#idleTimer?.cancel()
    this.#isServing = false
    await Promise.all([...this.#listening.values()].map(listening => listening.close()))
    for (const connection of this.#connections) connection.end()
  }

  /** Waits until what is in flight is answered, not for ever, and closes every connection. */
  async stop(): Promise<void> {
    await this.quiesce()
    if (this.#connections.size === 0) return
    const closed = new Promise<void>(resolve => {
      this.#onLastClosed = resolve
    })
    const timer = this.#world.clock.setTimer(STOP_TIMEOUT_MS, () => {
      for (const connection of this.#connections) connection.destroy()
    })
    await closed
    timer.cancel()
  }

  #accept(socket: Socket, listener: Listener): SocketEvents {
    const address = addressOf(socket)
    const refusal = this.#refusal(address)
    if (refusal !== undefined) {
      this.#logRefusal(`refused a connection of ${address}:${socket.remote.port}: ${refusal}`)
      socket.destroy()
      return DEAF
    }
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1)
    const connection = new Connection({
      socket,
      context: this.#contextOf(socket, listener),
      dispatcher: this.#dispatcher,
      memory: this.#memory,
      logger: this.#logger,
      maxRequestBytes: () => this.#config().socketRequestMaxBytes,
      clock: this.#world.clock,
      requiresLogin: false,
      onClosed: closed => this.#forget(closed, address),
    })
    this.#connections.add(connection)
    if (this.#isServing) connection.start()
    return connection
  }

  #refusal(address: string): string | undefined {
    const { maxConnections, maxConnectionsPerIp, maxConnectionsPerIpOverrides } = this.#config()
    if (this.#connections.size >= maxConnections) return `there are ${maxConnections} (max.connections)`
    const limit = maxConnectionsPerIpOverrides.get(address) ?? maxConnectionsPerIp
    if ((this.#perAddress.get(address) ?? 0) >= limit)
      return `it has ${limit} already (max.connections.per.ip)`
    return undefined
  }

  #contextOf(socket: Socket, { name }: Listener): ConnectionContext {
    const { host, port } = socket.remote
    return {
      id: `${socket.local.host}:${socket.local.port}-${host}:${port}-${this.#nextConnectionId++}`,
      listenerName: name,
      listenerType: this.#config().controllerListenerNames.includes(name) ? 'controller' : 'broker',
      clientHost: `/${addressOf(socket)}`,
      principal: ANONYMOUS,
      clientSoftwareName: 'unknown',
      clientSoftwareVersion: 'unknown',
    }
  }

  #forget(connection: Connection, address: string): void {
    this.#connections.delete(connection)
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(address)
    else this.#perAddress.set(address, left)
    if (this.#connections.size === 0) this.#onLastClosed?.()
  }

  /** One look at all connections now and then, instead of a timer for each (`connections.max.idle.ms`). */
  #watchIdle(): void {
    const { connectionsMaxIdleMs } = this.#config()
    const everyMs = Math.min(LONGEST_IDLE_CHECK_MS, (connectionsMaxIdleMs ?? LONGEST_IDLE_CHECK_MS) / 2 + 1)
    this.#idleTimer = this.#world.clock.setTimer(everyMs, () => {
      this.#closeIdle()
      this.#watchIdle()
    })
  }

  #closeIdle(): void {
    const { connectionsMaxIdleMs } = this.#config()
    if (connectionsMaxIdleMs === undefined) return
    const since = this.#world.clock.monotonicMs() - connectionsMaxIdleMs
    for (const connection of this.#connections) {
      if (connection.closeIfIdle(since)) {
        this.#logger.debug({}, `closed the idle connection of ${connection.peer}`)
      }
    }
  }

  /** The first at once, then now and then how many more there were: a flood of connections is no flood of lines. */
  #logRefusal(message: string): void {
    if (this.#refusalTimer !== undefined) {
      this.#refusals++
      return
    }
    this.#logger.warn({}, message)
    this.#refusalTimer = this.#world.clock.setTimer(REFUSAL_LOG_INTERVAL_MS, () => {
      this.#refusalTimer = undefined
      if (this.#refusals > 0) this.#logger.warn({}, `refused ${this.#refusals} more connections`)
      this.#refusals = 0
    })
  }
}

/** An IPv4 address as such, though it came in over a socket for both families. */
function addressOf({ remote }: Socket): string {
  return remote.host.replace(/^::ffff:(?=\d+\.)/, '')
}
