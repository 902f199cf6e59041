import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { ResponseQueue } from '../../../src/server/response-queue.ts'
import { FileRange, type StreamedBytes } from '../../../src/server/streamed-bytes.ts'
import { FakeSocket, settle } from './fake-socket.ts'

function queueOf(socket = new FakeSocket()) {
  const seen = { progress: 0, failures: [] as string[] }
  const queue = new ResponseQueue({
    socket,
    onProgress: () => {
      seen.progress++
    },
    onFailure: error => seen.failures.push(error.message),
  })
  return { socket, queue, seen }
}

/** A part of `sizeBytes` that says how far it has been read. */
class Streamed implements StreamedBytes {
  readonly sizeBytes: number
  readBytes = 0
  largestRead = 0
  releases = 0
  fails = false

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes
  }

  async read(into: Buffer, position: number): Promise<void> {
    expect(position).toBe(this.readBytes)
    expect(this.releases).toBe(0)
    await Promise.resolve()
    if (this.fails) throw new Error('EIO')
    into.fill('s')
    this.readBytes += into.length
    this.largestRead = Math.max(this.largestRead, into.length)
  }

  release(): void {
    this.releases++
  }
}

describe('responses', () => {
  it('leave in the order of the requests, whatever the order in which they are completed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }).chain(count =>
          fc.tuple(
            fc.shuffledSubarray(
              Array.from({ length: count }, (_, index) => index),
              { minLength: count, maxLength: count },
            ),
            fc.array(fc.constantFrom('small', 'large', 'none', 'streamed'), {
              minLength: count,
              maxLength: count,
            }),
          ),
        ),
        async ([order, kinds]) => {
          const { socket, queue } = queueOf()
          const places = kinds.map(() => queue.expect())
          for (const index of order) {
            const kind = kinds[index]
            const name = Buffer.from(`#${index} `)
            const place = places[index] as (typeof places)[number]
            if (kind === 'none') queue.complete(place, undefined)
            else if (kind === 'small') queue.complete(place, [name])
            else if (kind === 'large') queue.complete(place, [name, Buffer.alloc(100_000), name])
            else queue.complete(place, [name, new Streamed(600_000), name])
            if (index % 3 === 0) await settle()
          }
          while (queue.pending > 0) await settle()
          const expected = kinds.flatMap((kind, index) => (kind === 'none' ? [] : [`#${index}`]))
          const bodies = socket.responses()
          expect(bodies.map(body => body.toString('latin1', 0, body.indexOf(' ')))).toEqual(expected)
          for (const body of bodies.filter(({ length }) => length > 100)) {
            expect(body.subarray(-1).toString()).toBe(' ')
          }
          expect(queue.untakenBytes).toBe(0)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('of one batch of requests leave in one write', () => {
    const { socket, queue } = queueOf()
    queue.cork()
    for (let index = 0; index < 50; index++) queue.complete(queue.expect(), [Buffer.from(`${index}`)])
    expect(socket.writes).toBe(0)
    queue.uncork()
    expect(socket.writes).toBe(1)
    expect(socket.responses().map(String)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`))
  })

  it('that are completed by one event leave in one write', async () => {
    const { socket, queue } = queueOf()
    const places = [queue.expect(), queue.expect(), queue.expect()]
    for (const place of places) queue.complete(place, [Buffer.from('x')])
    await settle()
    expect(socket.writes).toBe(1)
  })

  it('stay where they are while the peer takes nothing, and are counted', async () => {
    const { socket, queue, seen } = queueOf()
    socket.isStuck = true
    for (let index = 0; index < 5; index++) {
      queue.complete(queue.expect(), [Buffer.alloc(50_000)])
      await settle()
    }
    expect(socket.writes).toBe(2)
    expect(queue.pending).toBe(3)
    expect(queue.untakenBytes).toBe(250_000 + 2 * 4)
    socket.isStuck = false
    socket.queuedBytes = 0
    queue.onDrain()
    expect(queue.pending).toBe(0)
    expect(seen.progress).toBeGreaterThan(0)
  })

  it('that cannot be sent are an error of the one who completes them', () => {
    const { queue } = queueOf()
    expect(() => queue.complete(queue.expect(), [{ sizeBytes: 5 }])).toThrow(TypeError)
  })
})

describe('streamed parts', () => {
  it('are fetched in pieces, no faster than the peer takes them', async () => {
    const { socket, queue } = queueOf()
    const part = new Streamed(50_000_000)
    socket.isStuck = true
    queue.complete(queue.expect(), [Buffer.from('head'), part, Buffer.from('tail')])
    queue.complete(queue.expect(), [Buffer.from('next')])
    for (let round = 0; round < 20; round++) await settle()
    expect(part.readBytes).toBe(256 * 1024)
    while (queue.pending > 0) {
      socket.queuedBytes = 0
      queue.onDrain()
      await settle()
    }
    expect(part.largestRead).toBe(256 * 1024)
    expect(part.releases).toBe(1)
    const [first, second] = socket.responses()
    expect(first).toHaveLength(50_000_008)
    expect(first?.subarray(-4).toString()).toBe('tail')
    expect(second?.toString()).toBe('next')
  })

  it('come from a range of a file', async () => {
    const file = await new MemoryDisk().open('/segment', 'create')
    await file.write([Buffer.from('0123456789')], 0)
    const { socket, queue } = queueOf()
    let released = 0
    const onRelease = () => {
      released++
    }
    queue.complete(queue.expect(), [new FileRange({ file, position: 3, sizeBytes: 4, onRelease })])
    while (queue.pending > 0) await settle()
    expect(socket.responses().map(String)).toEqual(['3456'])
    expect(released).toBe(1)
  })

  it('that end too early, or fail, are reported: the response cannot be made good', async () => {
    const file = await new MemoryDisk().open('/segment', 'create')
    await file.write([Buffer.from('0123456789')], 0)
    const { queue, seen } = queueOf()
    queue.complete(queue.expect(), [new FileRange({ file, position: 8, sizeBytes: 4 })])
    while (queue.pending > 0) await settle()
    const failing = new Streamed(10)
    failing.fails = true
    queue.complete(queue.expect(), [failing])
    while (queue.pending > 0) await settle()
    expect(seen.failures).toEqual(['/segment ends before the range at 8 of 4 bytes', 'EIO'])
    expect(failing.releases).toBe(1)
  })

  it('are released once when the connection goes, sent or not', async () => {
    const { socket, queue, seen } = queueOf()
    socket.isStuck = true
    const [current, waiting, late] = [new Streamed(1_000_000), new Streamed(10), new Streamed(10)]
    queue.complete(queue.expect(), [current])
    queue.complete(queue.expect(), [waiting])
    const place = queue.expect()
    for (let round = 0; round < 5; round++) await settle()
    queue.close()
    queue.complete(place, [late])
    for (let round = 0; round < 5; round++) await settle()
    expect([current.releases, waiting.releases, late.releases]).toEqual([1, 1, 1])
    expect(current.readBytes).toBe(256 * 1024)
    expect(seen.failures).toEqual([])
  })
})
