import { gzipSync, zstdCompressSync } from 'node:zlib'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { codecForId, codecForName } from '../../../../src/protocol/records/compression.ts'
import { DecompressionError } from '../../../../src/protocol/records/decompression-error.ts'
import { RECORD_BATCH_OVERHEAD, readCompressionId } from '../../../../src/protocol/records/record-batch.ts'
import { vector } from './vectors.ts'

const gzip = codecForName('gzip')
const snappy = codecForName('snappy')
const lz4 = codecForName('lz4')
const zstd = codecForName('zstd')
const CODECS = [gzip, snappy, lz4, zstd]

/** Why the input is refused; fails when it is not. */
async function reasonOf(result: Promise<Buffer>): Promise<'too large' | 'corrupt'> {
  try {
    await result
  } catch (error) {
    if (error instanceof DecompressionError) return error.reason
    throw error
  }
  throw new Error('the input was not refused')
}

it('codecs are found by the ids of batches and the names of settings', () => {
  expect(CODECS.map(codec => [codec.id, codec.name])).toEqual([
    [1, 'gzip'],
    [2, 'snappy'],
    [3, 'lz4'],
    [4, 'zstd'],
  ])
  for (const codec of CODECS) expect(codecForId(codec.id)).toBe(codec)
  for (const id of [0, 5, 6, 7]) expect(codecForId(id)).toBeUndefined()
})

describe.each(CODECS)('$name', codec => {
  it('inflates what Kafka compressed, in one block and in several', async () => {
    const small = vector(codec.name)
    const large = vector(`${codec.name}-large`)
    expect(readCompressionId(large, 0)).toBe(codec.id)
    const plain = vector('none').subarray(RECORD_BATCH_OVERHEAD)
    expect(await codec.decompress(small.subarray(RECORD_BATCH_OVERHEAD), 1000)).toEqual(plain)
    const inflated = await codec.decompress(large.subarray(RECORD_BATCH_OVERHEAD), 1_000_000)
    expect(inflated.length).toBe(219712)
    expect(inflated.subarray(-901).toString()).toBe(`${'0123456789'.repeat(90)}\0`)
  })

  it('gives back what it compressed, of any size, within exactly its size', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(4000)).map(([part, times]) => {
        return Buffer.concat(Array<Uint8Array>(times).fill(part))
      }),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async input => {
        const compressed = await codec.compress(input)
        expect(await codec.decompress(compressed, input.length)).toEqual(Buffer.from(input))
      }),
      { numRuns: 40 },
    )
  })

  it('refuses output of one byte more than is allowed', async () => {
    const input = Buffer.alloc(100_000, 'abcdefgh')
    const compressed = await codec.compress(input)
    expect(await codec.decompress(compressed, input.length)).toEqual(input)
    expect(await reasonOf(codec.decompress(compressed, input.length - 1))).toBe('too large')
  })

  it('refuses a bomb', async () => {
    const bomb = await codec.compress(Buffer.alloc(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(4 * 1024 * 1024)
    const before = process.memoryUsage().arrayBuffers
    expect(await reasonOf(codec.decompress(bomb, 1_000_000))).toBe('too large')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })

  it('calls input corrupt that is cut off anywhere', async () => {
    const input = Buffer.from('some text and some text and more of some text')
    const compressed = await codec.compress(input)
    for (let length = 0; length < compressed.length; length++) {
      const result = codec.decompress(compressed.subarray(0, length), 1000)
      // Snappy's framing has no end of its own: nothing at all, or a header alone, is a whole stream.
      if (codec.name === 'snappy' && length === 16) expect(await result).toEqual(Buffer.alloc(0))
      else expect(await reasonOf(result), `${length} bytes`).toBe('corrupt')
    }
  })

  it('never exceeds its bound or throws anything else, whatever the bytes', async () => {
    const compressed = vector(`${codec.name}-large`).subarray(RECORD_BATCH_OVERHEAD)
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 1, max: 300_000 }), async (changed, maxOutputBytes) => {
        const bytes = Buffer.from(compressed)
        for (const [at, byte] of changed) bytes[at % Math.min(bytes.length, 40 + (at % 4000))] = byte
        try {
          expect((await codec.decompress(bytes, maxOutputBytes)).length).toBeLessThanOrEqual(maxOutputBytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DecompressionError)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('calls noise corrupt', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async noise => {
        // Bare snappy has no magic: noise can be a block.
        if (codec.name === 'snappy') noise.fill(0xff, 0, 5)
        expect(await reasonOf(codec.decompress(noise, 1000))).toBe('corrupt')
      }),
    )
  })
})

describe('gzip', () => {
  it('inflates several members', async () => {
    const members = Buffer.concat([gzipSync('one '), gzipSync('and two')])
    expect((await gzip.decompress(members, 11)).toString()).toBe('one and two')
    expect(await reasonOf(gzip.decompress(members, 10))).toBe('too large')
  })

  it('does not trust the size in its trailer', async () => {
    const compressed = gzipSync(Buffer.alloc(5000))
    compressed.writeUInt32LE(0xffff_ffff, compressed.length - 4)
    expect(await reasonOf(gzip.decompress(compressed, 1_000_000_000))).toBe('corrupt')
  })
})

describe('snappy', () => {
  /** One raw block: an inflated size, one literal. */
  const literal = (text: string): Buffer =>
    Buffer.concat([Buffer.from([text.length, (text.length - 1) << 2]), Buffer.from(text)])
  const framed = (...blocks: Buffer[]): Buffer => {
    const parts = blocks.flatMap(block => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(block.length)
      return [length, block]
    })
    return Buffer.concat([Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1'), ...parts])
  }

  it('inflates a bare block, as librdkafka sends it', async () => {
    expect((await snappy.decompress(literal('bare'), 4)).toString()).toBe('bare')
  })

  it('inflates several blocks, and streams put together', async () => {
    const stream = Buffer.concat([framed(literal('one '), literal('two ')), framed(literal('three'))])
    expect((await snappy.decompress(stream, 13)).toString()).toBe('one two three')
    expect(await reasonOf(snappy.decompress(stream, 12))).toBe('too large')
  })

  it('refuses a block that claims more than its bytes can give, before taking memory for it', async () => {
    const lie = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.alloc(20)])
    expect(await reasonOf(snappy.decompress(lie, Number.MAX_SAFE_INTEGER))).toBe('corrupt')
    expect(await reasonOf(snappy.decompress(framed(lie), Number.MAX_SAFE_INTEGER))).toBe('corrupt')
  })

  it('refuses blocks of impossible lengths', async () => {
    const stream = framed(literal('one'))
    for (const length of [0, -1, 6, 0x7fff_ffff]) {
      stream.writeInt32BE(length, 16)
      expect(await reasonOf(snappy.decompress(stream, 1000)), `${length}`).toBe('corrupt')
    }
  })
})

describe('lz4', () => {
  it('refuses what stands behind the frame, which Kafka clients would not see', async () => {
    const frame = await lz4.compress(Buffer.from('frame'))
    expect(await reasonOf(lz4.decompress(Buffer.concat([frame, frame]), 1000))).toBe('corrupt')
    expect(await reasonOf(lz4.decompress(Buffer.concat([frame, Buffer.alloc(1)]), 1000))).toBe('corrupt')
  })

  it('refuses linked blocks, unknown flags and unknown block sizes', async () => {
    const frame = await lz4.compress(Buffer.from('frame'))
    for (const [at, mask] of [
      [4, 0x20],
      [4, 0x80],
      [4, 0x01],
      [5, 0x40],
      [5, 0x01],
    ] as const) {
      const changed = Buffer.from(frame)
      changed[at]! ^= mask
      expect(await reasonOf(lz4.decompress(changed, 1000)), `byte ${at}, ${mask}`).toBe('corrupt')
    }
  })

  it('refuses a wrong header checksum', async () => {
    const frame = await lz4.compress(Buffer.from('frame'))
    frame[6]! ^= 1
    expect(await reasonOf(lz4.decompress(frame, 1000))).toBe('corrupt')
  })

  it('counts short blocks by what they hold where the quick bound would refuse them', async () => {
    // Forty blocks of 64 KiB at most that hold 300 bytes each: 12,000 bytes, where 64 KiB times 40 is the quick bound.
    const parts = await Promise.all(
      Array.from({ length: 40 }, (_, index) => lz4.compress(Buffer.alloc(300, `block ${index} `))),
    )
    const header = parts[0]!.subarray(0, 7)
    const blocks = parts.map(part => part.subarray(7, -4))
    const stream = Buffer.concat([header, ...blocks, Buffer.alloc(4)])
    expect((await lz4.decompress(stream, 12_000)).length).toBe(12_000)
    expect(await reasonOf(lz4.decompress(stream, 11_999))).toBe('too large')
  })
})

describe('zstd', () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])

  it('inflates several frames and passes over skippable ones', async () => {
    const frames = Buffer.concat([zstdCompressSync('one '), skippable, zstdCompressSync('and two')])
    expect((await zstd.decompress(frames, 11)).toString()).toBe('one and two')
    expect(await reasonOf(zstd.decompress(frames, 10))).toBe('too large')
  })

  it('refuses what stands behind a frame and is none', async () => {
    const frame = zstdCompressSync('one')
    expect(await reasonOf(zstd.decompress(Buffer.concat([frame, Buffer.from('something')]), 99))).toBe(
      'corrupt',
    )
    expect(await reasonOf(zstd.decompress(Buffer.concat([frame, Buffer.from('x')]), 99))).toBe('corrupt')
  })

  it('refuses more frames than any writer makes', async () => {
    const frame = zstdCompressSync('x')
    const frames = (count: number) => Buffer.concat(Array<Buffer>(count).fill(frame))
    expect((await zstd.decompress(frames(64), 99)).length).toBe(64)
    expect(await reasonOf(zstd.decompress(frames(65), 99))).toBe('corrupt')
  })

  it('refuses a frame whose header announces too much before it inflates anything', async () => {
    const compressed = zstdCompressSync(Buffer.alloc(200_000))
    const announcing = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]),
      Buffer.alloc(4),
      Buffer.from([1, 0, 0]),
    ])
    announcing.writeUInt32LE(0x7fff_ffff, 5)
    expect(await reasonOf(zstd.decompress(announcing, 1_000_000))).toBe('too large')
    expect((await zstd.decompress(compressed, 200_000)).length).toBe(200_000)
  })
})
