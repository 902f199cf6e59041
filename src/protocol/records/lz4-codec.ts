import { compressFrame, decompressFrame } from 'lz4-napi'

import type { CompressionCodec } from './compression.ts'
import { DecompressionError } from './decompression-error.ts'

const FRAME_MAGIC = 0x184d2204
const STORED_FLAG = 0x8000_0000
/** A length byte adds 255 to the output and no more, so no block gives more than this many times its size. */
const LARGEST_RATIO = 255

/**
 * One LZ4 frame of independent blocks, which is what Kafka's Java client reads: it refuses linked blocks and takes no
 * notice of what follows the first frame. Bytes behind the frame are refused here, lest readers disagree.
 */
export const lz4Codec: CompressionCodec = {
  id: 3,
  name: 'lz4',

  async decompress(input, maxOutputBytes) {
    const bytes = Buffer.from(input.buffer, input.byteOffset, input.length)
    checkFrame(bytes, maxOutputBytes)
    try {
      return await decompressFrame(bytes)
    } catch (error) {
      throw corrupt(error instanceof Error ? error.message : String(error))
    }
  },

  compress: input => compressFrame(input),
}

/** Walks the block headers: the library knows no limit, so the output is bounded before it begins. */
function checkFrame(bytes: Buffer, maxOutputBytes: number): void {
  const header = readFrameHeader(bytes)
  let position = header.blocksAt
  // What the blocks seen so far can give at most: exact for stored ones, and for others once it matters.
  let outputBytes = 0
  for (;;) {
    if (bytes.length - position < 4) throw corrupt('cut off')
    const word = bytes.readUInt32LE(position)
    position += 4
    if (word === 0) break
    const sizeBytes = word & 0x7fff_ffff
    if (sizeBytes > header.blockMaxBytes) throw corrupt('a block larger than the frame allows')
    const end = position + sizeBytes
    if (end + header.blockChecksumBytes > bytes.length) throw corrupt('cut off')
    outputBytes += word >= STORED_FLAG ? sizeBytes : Math.min(header.blockMaxBytes, sizeBytes * LARGEST_RATIO)
    position = end + header.blockChecksumBytes
  }
  if (position + header.contentChecksumBytes !== bytes.length) throw corrupt('bytes behind the frame')
  if (outputBytes > maxOutputBytes && exceedsExactly(bytes, header, maxOutputBytes)) {
    throw new DecompressionError('too large', `lz4: more than ${maxOutputBytes} bytes`)
  }
}

interface FrameHeader {
  readonly blocksAt: number
  readonly blockMaxBytes: number
  readonly blockChecksumBytes: number
  readonly contentChecksumBytes: number
}

function readFrameHeader(bytes: Buffer): FrameHeader {
  if (bytes.length < 11) throw corrupt('cut off')
  if (bytes.readUInt32LE(0) !== FRAME_MAGIC) throw corrupt('not an LZ4 frame')
  const flags = bytes[4]!
  const blockDescriptor = bytes[5]!
  if (flags >> 6 !== 1 || (flags & 0x03) !== 0) throw corrupt('flags of an unknown meaning')
  if ((flags & 0x20) === 0) throw corrupt('linked blocks are not supported')
  const blockSizeId = blockDescriptor >> 4
  if (blockSizeId < 4 || blockSizeId > 7 || (blockDescriptor & 0x0f) !== 0)
    throw corrupt('no such block size')
  return {
    blocksAt: 7 + (flags & 0x08 ? 8 : 0),
    blockMaxBytes: 1 << (2 * blockSizeId + 8),
    blockChecksumBytes: flags & 0x10 ? 4 : 0,
    contentChecksumBytes: flags & 0x04 ? 4 : 0,
  }
}

/** The same walk with every block's own output counted: slower, done only where the cheap bound leaves a doubt. */
function exceedsExactly(bytes: Buffer, header: FrameHeader, maxOutputBytes: number): boolean {
  let outputBytes = 0
  let position = header.blocksAt
  for (;;) {
    const word = bytes.readUInt32LE(position)
    if (word === 0) return false
    const start = position + 4
    const end = start + (word & 0x7fff_ffff)
    outputBytes += word >= STORED_FLAG ? end - start : blockOutputBytes(bytes, start, end)
    if (outputBytes > maxOutputBytes) return true
    position = end + header.blockChecksumBytes
  }
}

/** What a compressed block inflates to, from its sequences: token, literals, offset, match. */
function blockOutputBytes(bytes: Buffer, start: number, end: number): number {
  let outputBytes = 0
  let at = start
  while (at < end) {
    const token = bytes[at++]!
    let literalBytes = token >> 4
    if (literalBytes === 15) {
      let more = 255
      for (; more === 255 && at < end; literalBytes += more) more = bytes[at++]!
    }
    outputBytes += literalBytes
    at += literalBytes + 2
    if (at > end) break
    let matchBytes = (token & 15) + 4
    if (matchBytes === 19) {
      let more = 255
      for (; more === 255 && at < end; matchBytes += more) more = bytes[at++]!
    }
    outputBytes += matchBytes
  }
  return outputBytes
}

const corrupt = (message: string): DecompressionError => new DecompressionError('corrupt', `lz4: ${message}`)
