import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameReader } from '../../../src/server/frame-reader.ts'
import { framed } from './fake-socket.ts'

const LIMIT = 100 * 1024 * 1024

function readAll(chunks: readonly Buffer[], reader = new FrameReader()): Buffer[] {
  const frames: Buffer[] = []
  for (const chunk of chunks) reader.push(chunk, LIMIT, frame => frames.push(frame))
  return frames
}

describe('frames', () => {
  it('come out whole and equal however the bytes are cut', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 1, max: 90_000 }).map(size => new Uint8Array(size).fill(size)),
    )
    fc.assert(
      fc.property(
        fc.array(body, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 20 }),
        (bodies, cuts) => {
          const stream = Buffer.concat(bodies.map(bytes => framed(Buffer.from(bytes))))
          const chunks: Buffer[] = []
          for (let position = 0, cut = 0; position < stream.length; cut++) {
            const sizeBytes = cuts[cut % cuts.length] as number
            chunks.push(stream.subarray(position, position + sizeBytes))
            position += sizeBytes
          }
          const frames = readAll(chunks)
          expect(frames).toHaveLength(bodies.length)
          frames.forEach((frame, index) => {
            expect(frame.equals(Buffer.from(bodies[index] as Uint8Array))).toBe(true)
          })
        },
      ),
    )
  })

  it('keep their bytes when the buffer that they came in is written to again', () => {
    const shared = Buffer.alloc(64)
    const reader = new FrameReader()
    const frames: Buffer[] = []
    for (const text of ['first', 'second', 'third']) {
      const bytes = framed(text)
      bytes.copy(shared)
      reader.push(shared.subarray(0, bytes.length), LIMIT, frame => frames.push(frame))
    }
    shared.fill(0)
    expect(frames.map(String)).toEqual(['first', 'second', 'third'])
  })

  it('take memory for what has arrived of them, not for what was announced', () => {
    const reader = new FrameReader()
    const before = process.memoryUsage().arrayBuffers
    const size = Buffer.alloc(4)
    size.writeInt32BE(LIMIT)
    reader.push(size, LIMIT, () => {})
    expect(reader.partialBytes).toBe(0)
    for (let round = 0; round < 10; round++) reader.push(Buffer.alloc(1), LIMIT, () => {})
    expect(reader.partialBytes).toBe(10)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024)
  })
})

describe('bytes that are no frame are refused with the likely cause', () => {
  const tls = Buffer.from('1603010200010001fc0303', 'hex')
  it.each([
    ['a TLS hello', tls, /TLS/],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n'), /HTTP request/],
    ['an HTTP post', Buffer.from('POST / HTTP/1.1\r\n'), /HTTP request/],
    ['an HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n'), /HTTP\/2/],
    ['a PROXY header', Buffer.from('PROXY TCP4 1.2.3.4'), /PROXY/],
    ['an SSH greeting', Buffer.from('SSH-2.0-OpenSSH'), /SSH/],
    ['a frame of 2 GB', Buffer.from('7fffffff', 'hex'), /2147483647 bytes/],
    ['a negative size', Buffer.from('fffffffe', 'hex'), /negative size -2/],
  ])('%s', (_what, bytes, cause) => {
    expect(() => readAll([bytes])).toThrow(cause)
    expect(() => readAll([...bytes].map(byte => Buffer.from([byte])))).toThrow(cause)
  })

  it('a size above the limit of the moment', () => {
    const reader = new FrameReader()
    reader.push(framed('small'), 10, () => {})
    expect(() => reader.push(framed('GET too long'), 10, () => {})).toThrow(
      '12 bytes, more than the limit of 10',
    )
  })

  it('text in the middle of a conversation is a size like any other', () => {
    const reader = new FrameReader()
    reader.push(framed('small'), LIMIT, () => {})
    expect(() => reader.push(Buffer.from('GET '), LIMIT, () => {})).toThrow('1195725856 bytes')
  })
})
