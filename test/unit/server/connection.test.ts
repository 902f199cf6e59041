import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { DecodeError } from '../../../src/protocol/reader.ts'
import { Connection } from '../../../src/server/connection.ts'
import type { Response } from '../../../src/server/dispatcher.ts'
import { CloseConnectionError } from '../../../src/server/handler.ts'
import { ANONYMOUS } from '../../../src/server/request-context.ts'
import { RequestMemory } from '../../../src/server/request-memory.ts'
import { SilentLogger } from '../support/silent-logger.ts'
import { FakeSocket, framed, settle } from './fake-socket.ts'

type Dispatch = (frame: Buffer) => Response | Promise<Response>

interface SetUp {
  readonly dispatch?: Dispatch
  readonly requiresLogin?: boolean
  readonly memoryBytes?: number
}

function connect({
  dispatch = frame => [frame],
  requiresLogin = false,
  memoryBytes = 100_000_000,
}: SetUp = {}) {
  const socket = new FakeSocket()
  const clock = new ManualClock()
  const logger = new SilentLogger()
  const memory = new RequestMemory({ limitBytes: memoryBytes, clock })
  const handled: string[] = []
  const closed: Connection[] = []
  const connection = new Connection({
    socket,
    clock,
    logger,
    memory,
    requiresLogin,
    context: {
      id: '1',
      listenerName: 'PLAINTEXT',
      listenerType: 'broker',
      clientHost: '/10.0.0.7',
      principal: ANONYMOUS,
      clientSoftwareName: '',
      clientSoftwareVersion: '',
    },
    dispatcher: {
      dispatch: frame => {
        handled.push(frame.toString('latin1', 0, 20))
        return dispatch(frame)
      },
    },
    maxRequestBytes: () => 100 * 1024 * 1024,
    onClosed: gone => closed.push(gone),
  })
  connection.start()
  const send = (...bodies: (string | Buffer)[]) =>
    connection.onData(Buffer.concat(bodies.map(body => framed(body))))
  return { socket, clock, logger, memory, connection, handled, closed, send }
}

/** Answers later, in the order that the test says. */
function deferred() {
  const pending = new Map<string, (response: Response) => void>()
  const failing = new Map<string, (error: Error) => void>()
  const dispatch: Dispatch = frame =>
    new Promise((resolve, reject) => {
      pending.set(String(frame), resolve)
      failing.set(String(frame), reject)
    })
  const answer = async (name: string) => {
    pending.get(name)?.([Buffer.from(name)])
    await settle()
  }
  const answerNothing = async (name: string) => {
    pending.get(name)?.(undefined)
    await settle()
  }
  const fail = async (name: string, error: Error) => {
    failing.get(name)?.(error)
    await settle()
  }
  return { dispatch, answer, answerNothing, fail }
}

describe('requests', () => {
  it('are handed over in order and answered in order, though they are done out of order', async () => {
    const { dispatch, answer } = deferred()
    const { send, socket, handled, memory } = connect({ dispatch })
    send('a', 'b')
    send('c')
    expect(handled).toEqual(['a', 'b', 'c'])
    await answer('c')
    await answer('b')
    expect(socket.responses()).toEqual([])
    await answer('a')
    expect(socket.responses().map(String)).toEqual(['a', 'b', 'c'])
    expect(memory.usedBytes).toBe(0)
  })

  it('that have no response take no place on the wire', async () => {
    const { dispatch, answer, answerNothing } = deferred()
    const { send, socket, connection } = connect({ dispatch })
    send('a', 'b', 'c')
    await answerNothing('b')
    await answer('c')
    await answer('a')
    expect(socket.responses().map(String)).toEqual(['a', 'c'])
    expect(connection.requestsInFlight).toBe(0)
  })

  it('that come pipelined in one chunk and are answered at once leave in one write', () => {
    const { send, socket } = connect()
    send(...Array.from({ length: 100 }, (_, index) => `${index}`))
    expect(socket.writes).toBe(1)
    expect(socket.responses()).toHaveLength(100)
  })

  it('wait until the connection is started', () => {
    const socket = new FakeSocket()
    const clock = new ManualClock()
    const handled: string[] = []
    const connection = new Connection({
      socket,
      clock,
      logger: new SilentLogger(),
      memory: new RequestMemory({ limitBytes: 1000, clock }),
      requiresLogin: false,
      context: {} as never,
      dispatcher: {
        dispatch: frame => {
          handled.push(String(frame))
          return undefined
        },
      },
      maxRequestBytes: () => 1000,
      onClosed: () => {},
    })
    expect(socket.isPaused).toBe(true)
    connection.onData(framed('early'))
    expect(handled).toEqual([])
    connection.start()
    expect(handled).toEqual(['early'])
    expect(socket.isPaused).toBe(false)
  })

  it('are counted in the memory of all until they are done', async () => {
    const { dispatch, answer } = deferred()
    const { connection, send, memory } = connect({ dispatch })
    send('a'.repeat(1000))
    expect(memory.usedBytes).toBe(1000)
    connection.onData(framed('b'.repeat(100)).subarray(0, 54))
    expect(memory.usedBytes).toBe(1050)
    await answer('a'.repeat(1000))
    expect(memory.usedBytes).toBe(50)
    connection.onClose(undefined)
    expect(memory.usedBytes).toBe(0)
  })
})

describe('a connection is not read', () => {
  it('while many of its requests are in work; those that have come in wait', async () => {
    const { dispatch, answer } = deferred()
    const { send, socket, handled } = connect({ dispatch })
    const names = Array.from({ length: 300 }, (_, index) => `r${index}`)
    send(...names)
    expect(handled).toHaveLength(128)
    expect(socket.isPaused).toBe(true)
    for (const name of names) await answer(name)
    expect(handled).toEqual(names)
    expect(socket.responses().map(String)).toEqual(names)
    expect(socket.isPaused).toBe(false)
  })

  it('while much of what it sent is in work', async () => {
    const { dispatch, answerNothing } = deferred()
    const { send, socket, handled } = connect({ dispatch })
    const big = (name: string) => name.repeat(4 * 1024 * 1024)
    send(big('a'))
    send(big('b'))
    expect(socket.isPaused).toBe(true)
    send('c')
    expect(handled).toHaveLength(2)
    await answerNothing(big('a'))
    expect(handled).toHaveLength(3)
    expect(socket.isPaused).toBe(false)
  })

  it('while its peer takes no responses', async () => {
    const { send, socket, connection, handled } = connect({ dispatch: () => [Buffer.alloc(300_000)] })
    socket.isStuck = true
    for (let index = 0; index < 20; index++) send(`${index}`)
    expect(handled.length).toBeLessThan(10)
    expect(socket.isPaused).toBe(true)
    socket.isStuck = false
    socket.queuedBytes = 0
    connection.onDrain()
    expect(handled).toHaveLength(20)
    expect(socket.responses()).toHaveLength(20)
    expect(socket.isPaused).toBe(false)
  })

  it('while the memory for requests is used up by others', () => {
    const { socket, memory } = connect({ memoryBytes: 1000 })
    memory.take(1000)
    expect(socket.isPaused).toBe(true)
    memory.release(1000)
    expect(socket.isPaused).toBe(false)
  })
})

describe('a connection is closed, with one line that names the peer', () => {
  it.each([
    ['for bytes that are no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /HTTP request/],
    ['for a size above the limit', Buffer.from('06400001', 'hex'), /104857601 bytes/],
  ])('%s', (_why, bytes, cause) => {
    const { connection, socket, logger, memory } = connect()
    connection.onData(bytes)
    connection.onData(bytes)
    expect(socket.isDestroyed).toBe(true)
    expect(logger.lines).toHaveLength(1)
    expect(logger.lines[0]?.message).toMatch(/10\.0\.0\.7:50000 to PLAINTEXT/)
    expect(logger.lines[0]?.message).toMatch(cause)
    expect(memory.usedBytes).toBe(0)
  })

  it('for a request that cannot be decoded, and the requests behind it are not looked at', () => {
    const { send, socket, logger, handled, memory } = connect({
      dispatch: frame => {
        if (String(frame) === 'bad') throw new DecodeError('a count of -2')
        return [frame]
      },
    })
    send('good', 'bad', 'never')
    expect(handled).toEqual(['good', 'bad'])
    expect(socket.isDestroyed).toBe(true)
    expect(logger.lines.map(line => line.message)).toEqual([
      'closed the connection of 10.0.0.7:50000 to PLAINTEXT: a count of -2',
    ])
    expect(memory.usedBytes).toBe(0)
  })

  it('when a handler asks for it, now or later', async () => {
    const { dispatch, fail } = deferred()
    const { send, socket, logger, memory } = connect({ dispatch })
    send('a', 'b')
    await fail('b', new CloseConnectionError('records were refused'))
    await fail('a', new CloseConnectionError('again'))
    expect(socket.isDestroyed).toBe(true)
    expect(logger.lines.map(line => line.message)).toEqual([expect.stringContaining('records were refused')])
    expect(memory.usedBytes).toBe(0)
  })

  it('for an unexpected failure, whose error is logged', () => {
    const { send, socket, logger } = connect({
      dispatch: () => {
        throw new Error('a bug')
      },
    })
    send('a')
    expect(socket.isDestroyed).toBe(true)
    expect(logger.lines.map(line => line.fields)).toEqual([{ err: new Error('a bug') }])
  })

  it('for a response that cannot be read to its end', async () => {
    const part = {
      sizeBytes: 10,
      read: async () => {
        throw new Error('EIO')
      },
      release: () => {},
    }
    const { send, socket, logger } = connect({ dispatch: () => [part] })
    send('a')
    await settle()
    expect(socket.isDestroyed).toBe(true)
    expect(logger.lines).toHaveLength(1)
  })

  it('for a large request before the login, though not after it', () => {
    const before = connect({ requiresLogin: true })
    before.send('small')
    expect(before.handled).toEqual(['small'])
    before.connection.onData(framed(Buffer.alloc(512 * 1024 + 1)).subarray(0, 4))
    expect(before.socket.isDestroyed).toBe(true)
    const after = connect({ requiresLogin: true })
    after.connection.onLoggedIn()
    after.send(Buffer.alloc(512 * 1024 + 1))
    expect(after.handled).toHaveLength(1)
  })
})

describe('idle connections', () => {
  const idleFor = (connection: Connection, clock: ManualClock, ms: number) =>
    connection.closeIfIdle(clock.monotonicMs() - ms)

  it('are closed when nothing has come or gone for the time', () => {
    const { connection, clock, send, socket } = connect()
    clock.advance(500)
    send('a')
    clock.advance(999)
    expect(idleFor(connection, clock, 1000)).toBe(false)
    clock.advance(1)
    expect(idleFor(connection, clock, 1000)).toBe(true)
    expect(socket.isDestroyed).toBe(true)
    expect(idleFor(connection, clock, 1000)).toBe(false)
  })

  it('are not those that wait for an answer, and their time begins with it', async () => {
    const { dispatch, answer } = deferred()
    const { connection, clock, send } = connect({ dispatch })
    send('a')
    clock.advance(5000)
    expect(idleFor(connection, clock, 1000)).toBe(false)
    await answer('a')
    clock.advance(999)
    expect(idleFor(connection, clock, 1000)).toBe(false)
    clock.advance(1)
    expect(idleFor(connection, clock, 1000)).toBe(true)
  })

  it('are those, too, that take no responses', async () => {
    const { dispatch } = deferred()
    const { connection, clock, send, socket } = connect({ dispatch })
    send('a')
    socket.queuedBytes = 10
    clock.advance(1000)
    expect(idleFor(connection, clock, 1000)).toBe(true)
  })
})

describe('the end of a connection', () => {
  it('comes when what is in work is answered; nothing new is begun', async () => {
    const { dispatch, answer } = deferred()
    const { connection, send, socket, handled, clock } = connect({ dispatch })
    send('a', 'b')
    connection.end()
    send('c')
    expect(handled).toEqual(['a', 'b'])
    await answer('a')
    expect(socket.isEnded).toBe(false)
    await answer('b')
    expect(socket.responses().map(String)).toEqual(['a', 'b'])
    expect(socket.isEnded).toBe(true)
    expect(socket.isDestroyed).toBe(false)
    clock.advance(1000)
    expect(socket.isDestroyed).toBe(true)
  })

  it('is at once where nothing is in work', () => {
    const { connection, send, socket } = connect()
    send('a')
    connection.end()
    expect(socket.isDestroyed).toBe(true)
  })

  it('gives back what waited for its turn, and what is in work when that is done', async () => {
    const { dispatch, answer } = deferred()
    const { connection, send, memory, closed } = connect({ dispatch })
    send(...Array.from({ length: 200 }, (_, index) => `r${100 + index}`))
    expect(memory.usedBytes).toBe(800)
    connection.onClose(new Error('ECONNRESET'))
    expect(memory.usedBytes).toBe(128 * 4)
    for (let index = 0; index < 128; index++) await answer(`r${100 + index}`)
    expect(memory.usedBytes).toBe(0)
    expect(closed).toEqual([connection])
  })
})
