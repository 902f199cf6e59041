import * as net from 'node:net'
import type { Endpoint, Listening, Network, Socket, SocketEvents } from './network.ts'

/**
 * The one buffer that all plain sockets of the process read into. A socket's bytes are handed to its owner before
 * the next socket is read, so that idle connections hold no read buffers at all.
 */
const sharedReadBuffer = Buffer.allocUnsafeSlow(256 * 1024)

/** Asked of Node for every plain socket: read into one buffer; the callback's false would stop reading. */
interface OnRead {
  readonly buffer: Buffer
  readonly callback: (sizeBytes: number) => boolean
}

/** TCP of the machine. */
export class NodeNetwork implements Network {
  async listen(endpoint: Endpoint, accept: (socket: Socket) => SocketEvents): Promise<Listening> {
    const server = net.createServer({ pauseOnConnect: true }, accepted => {
      const socket = new NodeSocket()
      socket.attach(withOnRead(accepted, socket.onread))
      socket.begin(accept(socket))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: endpoint.host, port: endpoint.port, backlog: 1024 }, resolve)
    })
    server.removeAllListeners('error')
    // Running out of descriptors, for one: the connection is lost, the listener goes on.
    server.on('error', () => {})
    const { address, port } = server.address() as net.AddressInfo
    return {
      endpoint: { host: address, port },
      close: async () => {
        server.close()
      },
    }
  }

  connect(
    { host, port }: Endpoint,
    { timeoutMs }: { timeoutMs: number },
    open: (socket: Socket) => SocketEvents,
  ): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = new NodeSocket()
      const stream = net.connect({ host, port, noDelay: true, onread: socket.onread })
      const timeout = setTimeout(() => stream.destroy(connectTimedOut({ host, port, timeoutMs })), timeoutMs)
      stream.once('error', reject)
      stream.once('close', () => clearTimeout(timeout))
      stream.once('connect', () => {
        clearTimeout(timeout)
        stream.removeListener('error', reject)
        socket.attach(stream)
        socket.begin(open(socket))
        resolve(socket)
      })
    })
  }
}

class NodeSocket implements Socket {
  readonly onread: OnRead = {
    buffer: sharedReadBuffer,
    callback: sizeBytes => {
      this.#events?.onData(sharedReadBuffer.subarray(0, sizeBytes))
      return true
    },
  }
  remote: Endpoint = { host: '', port: 0 }
  local: Endpoint = { host: '', port: 0 }
  #stream: net.Socket | undefined
  #events: SocketEvents | undefined
  #error: Error | undefined
  #pausedByOwner = false

  attach(stream: net.Socket): void {
    this.#stream = stream
    this.remote = { host: stream.remoteAddress ?? '', port: stream.remotePort ?? 0 }
    this.local = { host: stream.localAddress ?? '', port: stream.localPort ?? 0 }
    stream.setNoDelay(true)
    stream.setKeepAlive(true)
    stream.on('error', error => {
      this.#error = error
    })
    stream.on('drain', () => this.#events?.onDrain())
    stream.on('close', () => {
      const events = this.#events
      this.#events = undefined
      events?.onClose(this.#error)
    })
  }

  begin(events: SocketEvents): void {
    this.#events = events
    if (this.#pausedByOwner) return
    this.#stream?.resume()
  }

  get queuedBytes(): number {
    return this.#stream?.writableLength ?? 0
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const stream = this.#stream
    if (stream === undefined || !stream.writable) return true
    if (buffers.length === 1) return stream.write(buffers[0]!)
    stream.cork()
    for (const buffer of buffers) stream.write(buffer)
    stream.uncork()
    return !stream.writableNeedDrain
  }

  pause(): void {
    this.#pausedByOwner = true
    this.#stream?.pause()
  }

  resume(): void {
    this.#pausedByOwner = false
    this.#stream?.resume()
  }

  end(): void {
    this.#stream?.end()
  }

  destroy(): void {
    this.#stream?.destroy()
  }
}

/**
 * An accepted connection as a socket that reads into the shared buffer. Node's server makes its sockets itself and
 * has no option for that, so the system's connection (`_handle`, as Node's own cluster module takes it) moves to a
 * socket of ours. Without such a property the socket would read into buffers of its own, correct but slower.
 */
function withOnRead(accepted: net.Socket, onread: OnRead): net.Socket {
  const inside = accepted as unknown as { _handle?: object | null }
  const handle = inside._handle
  if (handle === undefined || handle === null) {
    accepted.on('data', (chunk: Buffer) => {
      for (let start = 0; start < chunk.length; start += onread.buffer.length) {
        onread.callback(chunk.copy(onread.buffer, 0, start))
      }
    })
    accepted.pause()
    return accepted
  }
  inside._handle = null
  accepted.destroy()
  return new net.Socket({ handle, onread, readable: true, writable: true } as net.SocketConstructorOpts)
}

function connectTimedOut({ host, port, timeoutMs }: Endpoint & { timeoutMs: number }): Error {
  const error: NodeJS.ErrnoException = new Error(`no connection to ${host}:${port} within ${timeoutMs} ms`)
  error.code = 'ETIMEDOUT'
  return error
}
