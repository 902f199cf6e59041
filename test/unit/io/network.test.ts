import { describe, expect, it } from 'vitest'
import { MemoryNetwork } from '../../../src/io/memory-network.ts'
import type { Network, Socket, SocketEvents } from '../../../src/io/network.ts'
import { NodeClock } from '../../../src/io/node-clock.ts'
import { NodeNetwork } from '../../../src/io/node-network.ts'

/** The owner of a socket that remembers what it heard. */
class Listener implements SocketEvents {
  socket: Socket | undefined
  received = Buffer.alloc(0)
  drained = 0
  readonly closed: Promise<Error | undefined>
  #close: (error: Error | undefined) => void = () => {}
  #awaited: { sizeBytes: number; done: () => void } | undefined

  constructor() {
    this.closed = new Promise(resolve => {
      this.#close = resolve
    })
  }

  onData(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk])
    if (this.#awaited !== undefined && this.received.length >= this.#awaited.sizeBytes) this.#awaited.done()
  }

  onDrain(): void {
    this.drained++
    this.onDrained()
  }

  onDrained = () => {}

  onClose(error: Error | undefined): void {
    this.#close(error)
  }

  async receive(sizeBytes: number): Promise<Buffer> {
    if (this.received.length < sizeBytes) {
      await new Promise<void>(done => {
        this.#awaited = { sizeBytes, done }
      })
    }
    return this.received
  }
}

async function connected(network: Network, host: string) {
  const server = new Listener()
  const accepted = Promise.withResolvers<Socket>()
  const listening = await network.listen({ host, port: 0 }, socket => {
    server.socket = socket
    accepted.resolve(socket)
    return server
  })
  const client = new Listener()
  const near = await network.connect(listening.endpoint, { timeoutMs: 5000 }, () => client)
  const far = await accepted.promise
  return { listening, client, server, near, far }
}

describe.each([
  { name: 'NodeNetwork', network: new NodeNetwork() as Network },
  { name: 'MemoryNetwork', network: new MemoryNetwork({ clock: new NodeClock() }) as Network },
])('$name', ({ network }) => {
  it('carries bytes both ways in order, and tells both ends where they are', async () => {
    const { listening, client, server, near, far } = await connected(network, '127.0.0.1')
    near.write([Buffer.from('one '), Buffer.from('two')])
    near.write([Buffer.from(' three')])
    expect((await server.receive(13)).toString()).toBe('one two three')
    far.write([Buffer.from('yes')])
    expect((await client.receive(3)).toString()).toBe('yes')
    expect(near.remote).toEqual(far.local)
    expect(far.remote).toEqual(near.local)
    expect(far.local.port).toBe(listening.endpoint.port)
    near.end()
    expect(await server.closed).toBeUndefined()
    expect(await client.closed).toBeUndefined()
    await listening.close()
  })

  it('sends what is queued before an end', async () => {
    const { listening, client, far } = await connected(network, '127.0.0.1')
    const big = Buffer.alloc(3_000_000, 'x')
    far.write([big])
    far.end()
    await client.closed
    expect(client.received.equals(big)).toBe(true)
    await listening.close()
  })

  it('tells a writer to stop while the reader is paused, and to go on when it has read', async () => {
    const { listening, client, server, near, far } = await connected(network, '127.0.0.1')
    near.pause()
    const part = Buffer.alloc(1 << 20, 'y')
    let writtenBytes = 0
    // The system's own buffers take some megabytes before Node's begin to fill.
    do {
      writtenBytes += part.length
    } while (far.write([part]) && writtenBytes < 256 << 20)
    expect(far.queuedBytes).toBeGreaterThan(0)
    const drained = new Promise<void>(resolve => {
      server.onDrained = resolve
    })
    near.resume()
    await drained
    await client.receive(writtenBytes)
    expect(client.received.length).toBe(writtenBytes)
    expect(far.queuedBytes).toBe(0)
    near.destroy()
    await server.closed
    await listening.close()
  })

  it('closes both ends when one is destroyed, and ignores writes after that', async () => {
    const { listening, client, server, near, far } = await connected(network, '127.0.0.1')
    near.destroy()
    await Promise.all([client.closed, server.closed])
    expect(far.write([Buffer.from('x')])).toBe(true)
    expect(near.write([Buffer.from('x'), Buffer.from('y')])).toBe(true)
    await listening.close()
  })

  it('keeps open connections when the listener closes, and refuses new ones', async () => {
    const { listening, server, near } = await connected(network, '127.0.0.1')
    await listening.close()
    near.write([Buffer.from('still')])
    expect((await server.receive(5)).toString()).toBe('still')
    await expect(
      network.connect(listening.endpoint, { timeoutMs: 5000 }, () => new Listener()),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    near.destroy()
    await server.closed
  })

  it('refuses a port in use', async () => {
    const listening = await network.listen({ host: '127.0.0.1', port: 0 }, () => new Listener())
    await expect(network.listen(listening.endpoint, () => new Listener())).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await listening.close()
  })
})

describe('NodeNetwork alone', () => {
  const network = new NodeNetwork()

  it('reads all sockets through one buffer', async () => {
    const seen = new Set<ArrayBufferLike>()
    const listener = () => {
      const ears = new Listener()
      const onData = ears.onData.bind(ears)
      ears.onData = chunk => {
        seen.add(chunk.buffer)
        onData(chunk)
      }
      return ears
    }
    const servers: Listener[] = []
    const listening = await network.listen({ host: '127.0.0.1', port: 0 }, () => {
      servers.push(listener())
      return servers.at(-1)!
    })
    const clients: Socket[] = []
    for (let index = 0; index < 3; index++) {
      const client = await network.connect(listening.endpoint, { timeoutMs: 5000 }, listener)
      client.write([Buffer.from(`hello ${index}`)])
      clients.push(client)
    }
    while (servers.length < 3) await new Promise(resolve => setImmediate(resolve))
    const texts = await Promise.all(servers.map(async server => (await server.receive(7)).toString()))
    expect(texts.sort()).toEqual(['hello 0', 'hello 1', 'hello 2'])
    expect(seen.size).toBe(1)
    for (const client of clients) client.destroy()
    await Promise.all(servers.map(server => server.closed))
    await listening.close()
  })

  it('connects to a name', async () => {
    const { listening, client, server, near } = await connected(network, 'localhost')
    near.write([Buffer.from('hi')])
    await server.receive(2)
    near.end()
    await client.closed
    await listening.close()
  })
})
