import type { Clock } from './clock.ts'
import type { Endpoint, Listening, Network, Socket, SocketEvents } from './network.ts'

/** Bytes under way to a reader that does not read, after which the writer is told to stop. */
const windowBytes = 64 * 1024

/** The first port given out for port 0 and for the near end of a connection. */
const firstFreePort = 40_000

/**
 * Connections inside of the process, for tests and simulated clusters. Chunks arrive whole, in order, `latencyMs` of
 * the clock after they were written.
 */
export class MemoryNetwork implements Network {
  readonly #clock: Clock
  readonly #latencyMs: () => number
  readonly #listeners = new Map<string, (socket: Socket) => SocketEvents>()
  #nextPort = firstFreePort

  constructor({ clock, latencyMs = () => 0 }: { clock: Clock; latencyMs?: () => number }) {
    this.#clock = clock
    this.#latencyMs = latencyMs
  }

  async listen(endpoint: Endpoint, accept: (socket: Socket) => SocketEvents): Promise<Listening> {
    const { host, port } = { host: endpoint.host, port: endpoint.port || this.#nextPort++ }
    const key = `${host}:${port}`
    if (this.#listeners.has(key)) throw networkError('EADDRINUSE', key)
    this.#listeners.set(key, accept)
    return {
      endpoint: { host, port },
      close: async () => {
        this.#listeners.delete(key)
      },
    }
  }

  async connect(
    { host, port }: Endpoint,
    _options: { timeoutMs: number },
    open: (socket: Socket) => SocketEvents,
  ): Promise<Socket> {
    const accept = this.#listeners.get(`${host}:${port}`)
    if (accept === undefined) throw networkError('ECONNREFUSED', `${host}:${port}`)
    const near = { host, port: this.#nextPort++ }
    const later = (action: () => void) => void this.#clock.setTimer(this.#latencyMs(), action)
    const client = new MemorySocket({ local: near, remote: { host, port }, later })
    const server = new MemorySocket({ local: { host, port }, remote: near, later })
    client.peer = server
    server.peer = client
    server.events = accept(server)
    client.events = open(client)
    return client
  }
}

class MemorySocket implements Socket {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly #later: (action: () => void) => void
  peer: MemorySocket | undefined
  events: SocketEvents | undefined
  /** What has been written and not yet been handed to the peer's owner; an end is the last of it. */
  readonly #outbox: (Buffer | 'end')[] = []
  #queuedBytes = 0
  #ended = false
  #paused = false
  #needsDrain = false
  #closed = false

  constructor(options: { local: Endpoint; remote: Endpoint; later: (action: () => void) => void }) {
    this.local = options.local
    this.remote = options.remote
    this.#later = options.later
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  write(buffers: readonly Uint8Array[]): boolean {
    if (this.#closed || this.#ended) return true
    const chunk = Buffer.concat(buffers)
    this.#queuedBytes += chunk.length
    this.#send(chunk)
    this.#needsDrain = this.#queuedBytes > windowBytes
    return !this.#needsDrain
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#later(() => this.peer?.deliver())
  }

  end(): void {
    if (this.#closed || this.#ended) return
    this.#ended = true
    this.#send('end')
  }

  destroy(): void {
    this.close(undefined)
    this.#later(() => this.peer?.close(networkError('ECONNRESET', `${this.local.host}:${this.local.port}`)))
  }

  close(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#outbox.length = 0
    this.#queuedBytes = 0
    this.#later(() => this.events?.onClose(error))
  }

  /** Hands what was sent to the peer as long as it reads. */
  deliver(): void {
    const peer = this.peer
    while (peer !== undefined && !peer.#paused && !peer.#closed) {
      const next = this.#outbox.shift()
      if (next === undefined) break
      if (next === 'end') {
        peer.close(undefined)
        this.close(undefined)
        return
      }
      this.#queuedBytes -= next.length
      peer.events?.onData(next)
    }
    if (this.#needsDrain && this.#queuedBytes === 0) {
      this.#needsDrain = false
      this.events?.onDrain()
    }
  }

  #send(item: Buffer | 'end'): void {
    this.#outbox.push(item)
    this.#later(() => this.deliver())
  }
}

function networkError(code: string, at: string): Error {
  return Object.assign(new Error(`${code} ${at}`), { code })
}
