import { compress, uncompress } from 'snappy'

import type { CompressionCodec } from './compression.ts'
import { DecompressionError } from './decompression-error.ts'

/** What snappy-java (xerial) puts in front of its blocks, two int32 versions follow: Kafka's Java clients write this. */
const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1')
const XERIAL_HEADER = Buffer.concat([XERIAL_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])

/** Three bytes of a copy give 64 at most; what claims to hold more than this many times its size lies. */
const LARGEST_RATIO = 22

/**
 * Snappy in xerial's framing, and bare (librdkafka writes it bare). The blocks of a frame stream become one bare block
 * first: their elements refer back within their own block only, so they mean the same behind one another, and the
 * whole is inflated in one job.
 */
export const snappyCodec: CompressionCodec = {
  id: 2,
  name: 'snappy',

  async decompress(input, maxOutputBytes) {
    const bytes = Buffer.from(input.buffer, input.byteOffset, input.length)
    const blocks = startsWithMagic(bytes, 0) ? findXerialBlocks(bytes) : [readBlock(bytes, 0, bytes.length)]
    const outputBytes = blocks.reduce((sum, block) => sum + block.outputBytes, 0)
    if (outputBytes > maxOutputBytes) {
      throw new DecompressionError('too large', `snappy: ${outputBytes} bytes, ${maxOutputBytes} allowed`)
    }
    if (outputBytes === 0) return Buffer.alloc(0)
    const joined = blocks.length === 1 ? wholeBlock(bytes, blocks[0]!) : joinBlocks(bytes, blocks)
    let output: Buffer | string
    try {
      output = await uncompress(joined, { asBuffer: true })
    } catch (error) {
      throw corrupt(error instanceof Error ? error.message : String(error))
    }
    if (typeof output === 'string' || output.length !== outputBytes)
      throw corrupt('a block lied about its size')
    return output
  },

  async compress(input) {
    const block = await compress(input)
    const blockLength = Buffer.alloc(4)
    blockLength.writeInt32BE(block.length)
    return Buffer.concat([XERIAL_HEADER, blockLength, block])
  },
}

const startsWithMagic = (bytes: Buffer, position: number): boolean =>
  bytes.length - position >= XERIAL_HEADER.length &&
  bytes.compare(XERIAL_MAGIC, 0, XERIAL_MAGIC.length, position, position + XERIAL_MAGIC.length) === 0

interface SnappyBlock {
  readonly start: number
  /** Where the elements begin, behind the inflated size. */
  readonly elementsAt: number
  readonly end: number
  readonly outputBytes: number
}

/** Blocks with an int32 length each; the header may come again where streams were put together. */
function findXerialBlocks(bytes: Buffer): SnappyBlock[] {
  const blocks: SnappyBlock[] = []
  let position = 0
  while (position < bytes.length) {
    if (startsWithMagic(bytes, position)) {
      position += XERIAL_HEADER.length
      continue
    }
    if (bytes.length - position < 4) throw corrupt('cut off')
    const blockLength = bytes.readInt32BE(position)
    const start = position + 4
    if (blockLength <= 0 || blockLength > bytes.length - start)
      throw corrupt('a block of an impossible length')
    blocks.push(readBlock(bytes, start, start + blockLength))
    position = start + blockLength
  }
  return blocks
}

/** Reads the inflated size that a block begins with: an unsigned varint of up to five bytes. */
function readBlock(bytes: Buffer, start: number, end: number): SnappyBlock {
  let outputBytes = 0
  for (let at = start, scale = 1; at < end && at < start + 5; at++, scale *= 128) {
    const byte = bytes[at]!
    outputBytes += (byte & 0x7f) * scale
    if (byte < 0x80) {
      const elementsAt = at + 1
      if (outputBytes > (end - elementsAt) * LARGEST_RATIO) throw corrupt('a block lies about its size')
      return { start, elementsAt, end, outputBytes }
    }
  }
  throw corrupt('a block without a size')
}

const wholeBlock = (bytes: Buffer, block: SnappyBlock): Buffer => bytes.subarray(block.start, block.end)

function joinBlocks(bytes: Buffer, blocks: readonly SnappyBlock[]): Buffer {
  let rest = blocks.reduce((sum, block) => sum + block.outputBytes, 0)
  const elementsBytes = blocks.reduce((sum, block) => sum + (block.end - block.elementsAt), 0)
  const joined = Buffer.allocUnsafe(5 + elementsBytes)
  let position = 0
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) joined[position++] = (rest % 128) | 0x80
  joined[position++] = rest
  for (const block of blocks) {
    position += bytes.copy(joined, position, block.elementsAt, block.end)
  }
  return joined.subarray(0, position)
}

const corrupt = (message: string): DecompressionError =>
  new DecompressionError('corrupt', `snappy: ${message}`)
