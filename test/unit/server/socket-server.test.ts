import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BrokerConfig } from '../../../src/config/broker-config.ts'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { MemoryNetwork } from '../../../src/io/memory-network.ts'
import type { Endpoint, Socket } from '../../../src/io/network.ts'
import type { World } from '../../../src/io/world.ts'
import type { Dispatcher, Response } from '../../../src/server/dispatcher.ts'
import type { ConnectionContext } from '../../../src/server/request-context.ts'
import { SocketServer } from '../../../src/server/socket-server.ts'
import { SilentLogger } from '../support/silent-logger.ts'
import { framed } from './fake-socket.ts'

const settings = {
  listeners: [
    { name: 'CLIENTS', host: 'broker', port: 9092 },
    { name: 'CONTROLLER', host: 'broker', port: 9093 },
  ],
  controllerListenerNames: ['CONTROLLER'],
  maxConnections: 100,
  maxConnectionsPerIp: 100,
  maxConnectionsPerIpOverrides: new Map<string, number>(),
  connectionsMaxIdleMs: 10_000 as number | undefined,
  requestBufferBytes: 1_000_000,
  socketRequestMaxBytes: 100_000,
}

class Fixture {
  readonly clock = new ManualClock()
  readonly logger = new SilentLogger()
  readonly network = new MemoryNetwork({ clock: this.clock })
  readonly contexts: ConnectionContext[] = []
  config = { ...settings }
  dispatch: (frame: Buffer) => Response | Promise<Response> = frame => [frame]
  readonly server: SocketServer

  constructor() {
    const { clock, network, logger } = this
    this.server = new SocketServer({
      world: { clock, network, logger } as unknown as World,
      config: () => this.config as unknown as BrokerConfig,
      dispatcher: {
        dispatch: (frame: Buffer, context: ConnectionContext) => {
          this.contexts.push(context)
          return this.dispatch(frame)
        },
      } as Dispatcher,
    })
  }

  async connect(endpoint: Endpoint = { host: 'broker', port: 9092 }) {
    const client = { received: '', isClosed: false, socket: undefined as unknown as Socket }
    client.socket = await this.network.connect(endpoint, { timeoutMs: 1000 }, () => ({
      onData: chunk => {
        client.received += chunk.toString('latin1')
      },
      onDrain: () => {},
      onClose: () => {
        client.isClosed = true
      },
    }))
    return client
  }

  /** Lets everything under way go on. */
  run(ms = 10): Promise<void> {
    return this.clock.advanceAndSettle(ms)
  }
}

let fixture: Fixture
beforeEach(async () => {
  fixture = new Fixture()
  await fixture.server.listen()
})
afterEach(async () => {
  const stopping = fixture.server.stop()
  await fixture.run(10_000)
  await stopping
})

describe('listeners', () => {
  it('take connections at once and answer them once the server serves', async () => {
    const client = await fixture.connect()
    client.socket.write([framed('hello')])
    await fixture.run()
    expect(client.received).toBe('')
    fixture.server.serve()
    await fixture.run()
    expect(client.received).toBe('\0\0\0\x05hello')
    expect(fixture.server.connectionCount).toBe(1)
  })

  it('tell handlers which one a request came over', async () => {
    fixture.server.serve()
    for (const port of [9092, 9093]) {
      const client = await fixture.connect({ host: 'broker', port })
      client.socket.write([framed('hello')])
    }
    await fixture.run()
    expect(fixture.contexts.map(({ listenerName, listenerType }) => [listenerName, listenerType])).toEqual([
      ['CLIENTS', 'broker'],
      ['CONTROLLER', 'controller'],
    ])
    expect(new Set(fixture.contexts.map(({ id }) => id)).size).toBe(2)
    expect(fixture.contexts[0]?.clientHost).toBe('/broker')
  })
})

describe('limits', () => {
  it('refuse a connection above max.connections, in one line for a flood of them, until one is closed', async () => {
    fixture.server.serve()
    fixture.config = { ...settings, maxConnections: 2 }
    const [first, second, third, fourth] = [
      await fixture.connect(),
      await fixture.connect(),
      await fixture.connect(),
      await fixture.connect(),
    ]
    await fixture.run()
    expect([first, second, third, fourth].map(client => client?.isClosed)).toEqual([false, false, true, true])
    const warnings = () => fixture.logger.lines.filter(({ level }) => level === 'warn')
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]?.message).toMatch(/^refused a connection of broker:\d+: .*max\.connections/)
    first?.socket.end()
    await fixture.run()
    const fifth = await fixture.connect()
    await fixture.run()
    expect(fifth.isClosed).toBe(false)
    await fixture.run(10_000)
    expect(warnings().at(-1)?.message).toBe('refused 1 more connections')
  })

  it('hold for each address apart, with exceptions', async () => {
    fixture.server.serve()
    fixture.config = { ...settings, maxConnectionsPerIp: 1 }
    const [first, second] = [await fixture.connect(), await fixture.connect()]
    await fixture.run()
    expect([first.isClosed, second.isClosed]).toEqual([false, true])
    fixture.config = {
      ...settings,
      maxConnectionsPerIp: 1,
      maxConnectionsPerIpOverrides: new Map([['broker', 2]]),
    }
    const third = await fixture.connect()
    await fixture.run()
    expect(third.isClosed).toBe(false)
    expect(fixture.server.connectionCount).toBe(2)
  })

  it('close connections that are idle for connections.max.idle.ms, and no others', async () => {
    fixture.server.serve()
    const [idle, busy] = [await fixture.connect(), await fixture.connect()]
    for (let round = 0; round < 20; round++) {
      busy.socket.write([framed('x')])
      await fixture.run(1000)
    }
    expect([idle.isClosed, busy.isClosed]).toEqual([true, false])
    fixture.config = { ...settings, connectionsMaxIdleMs: undefined }
    await fixture.run(100_000)
    expect(busy.isClosed).toBe(false)
  })

  it('close one connection for what it sends and leave the others alone', async () => {
    fixture.server.serve()
    const [bad, good] = [await fixture.connect(), await fixture.connect()]
    bad.socket.write([Buffer.from('GET / HTTP/1.1\r\n')])
    good.socket.write([framed('hello')])
    await fixture.run()
    expect([bad.isClosed, good.isClosed]).toEqual([true, false])
    expect(good.received).toBe('\0\0\0\x05hello')
  })
})

describe('a stop', () => {
  it('answers what is in work, closes the rest at once and takes nothing new', async () => {
    const answer = Promise.withResolvers<Response>()
    fixture.dispatch = () => answer.promise
    fixture.server.serve()
    const [idle, waiting] = [await fixture.connect(), await fixture.connect()]
    waiting.socket.write([framed('slow')])
    await fixture.run()
    let isStopped = false
    const stopping = fixture.server.stop().then(() => {
      isStopped = true
    })
    await fixture.run()
    expect([idle.isClosed, waiting.isClosed, isStopped]).toEqual([true, false, false])
    await expect(fixture.connect()).rejects.toThrow('ECONNREFUSED')
    answer.resolve([Buffer.from('done')])
    await fixture.run()
    expect(waiting.received).toBe('\0\0\0\x04done')
    await stopping
    expect(fixture.server.connectionCount).toBe(0)
  })

  it('does not wait for ever for an answer', async () => {
    fixture.dispatch = () => new Promise(() => {})
    fixture.server.serve()
    const client = await fixture.connect()
    client.socket.write([framed('never')])
    await fixture.run()
    const stopping = fixture.server.stop()
    await fixture.run(4_000)
    expect(client.isClosed).toBe(false)
    await fixture.run(1_100)
    await stopping
    expect(client.isClosed).toBe(true)
  })
})
