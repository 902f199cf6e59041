import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

import type { CompressionCodec } from './compression.ts'
import { DecompressionError } from './decompression-error.ts'
import { inflateOptions, toDecompressionError } from './zlib-inflate.ts'

const zstdCompressAsync = promisify(zstdCompress)
const zstdDecompressAsync = promisify(zstdDecompress)

const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const BLOCK_MAX_BYTES = 128 * 1024
/** Each frame is a job of its own, and nine bytes make one: writers of Kafka batches use a single frame. */
const MAX_FRAMES = 64

/** RFC 8878, of one or more frames. */
export const zstdCodec: CompressionCodec = {
  id: 4,
  name: 'zstd',

  async decompress(input, maxOutputBytes) {
    const bytes = Buffer.from(input.buffer, input.byteOffset, input.length)
    const frames = findFrames(bytes, maxOutputBytes)
    const outputs: Buffer[] = []
    let bytesLeft = maxOutputBytes
    for (const frame of frames) {
      const output = await inflateFrame(bytes, frame, bytesLeft)
      bytesLeft -= output.length
      outputs.push(output)
    }
    return outputs.length === 1 ? outputs[0]! : Buffer.concat(outputs)
  },

  compress: input => zstdCompressAsync(input),
}

async function inflateFrame(bytes: Buffer, frame: Frame, maxOutputBytes: number): Promise<Buffer> {
  try {
    return await zstdDecompressAsync(
      bytes.subarray(frame.start, frame.end),
      inflateOptions({ likelyOutputBytes: frame.mostOutputBytes, maxOutputBytes }),
    )
  } catch (error) {
    throw toDecompressionError(error, { codec: 'zstd', maxOutputBytes })
  }
}

interface Frame {
  readonly start: number
  readonly end: number
  /** What its blocks can give at most, or its header says. */
  readonly mostOutputBytes: number
}

/**
 * The frames that the input is made of. node:zlib inflates the first one and drops what follows without a word, so
 * they are told apart here, block header by block header.
 */
function findFrames(bytes: Buffer, maxOutputBytes: number): Frame[] {
  const frames: Frame[] = []
  let position = 0
  while (position < bytes.length) {
    if (bytes.length - position < 8) throw corrupt('cut off')
    const magic = bytes.readUInt32LE(position)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      position += 8 + bytes.readUInt32LE(position + 4)
      if (position > bytes.length) throw corrupt('cut off')
      continue
    }
    if (magic !== FRAME_MAGIC) throw corrupt('not a zstd frame')
    if (frames.length === MAX_FRAMES) throw corrupt(`more than ${MAX_FRAMES} frames`)
    const frame = readFrame(bytes, position, maxOutputBytes)
    frames.push(frame)
    position = frame.end
  }
  if (frames.length === 0) throw corrupt('no frame')
  return frames
}

const DICTIONARY_ID_BYTES = [0, 1, 2, 4]

function readFrame(bytes: Buffer, start: number, maxOutputBytes: number): Frame {
  const descriptor = bytes[start + 4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  const hasChecksum = (descriptor & 0x04) !== 0
  const contentSizeFlag = descriptor >> 6
  const contentSizeBytes = contentSizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << contentSizeFlag
  const contentSizeAt = start + 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 0x03]!
  const blocksAt = contentSizeAt + contentSizeBytes
  if (blocksAt > bytes.length) throw corrupt('cut off')
  const contentSize = readContentSize(bytes, contentSizeAt, contentSizeBytes)
  if (contentSize !== undefined && contentSize > maxOutputBytes) {
    throw new DecompressionError('too large', `zstd: ${contentSize} bytes, ${maxOutputBytes} allowed`)
  }
  const blocks = walkBlocks(bytes, blocksAt)
  const end = blocks.end + (hasChecksum ? 4 : 0)
  if (end > bytes.length) throw corrupt('cut off')
  return { start, end, mostOutputBytes: contentSize ?? blocks.mostOutputBytes }
}

function readContentSize(bytes: Buffer, position: number, sizeBytes: number): number | undefined {
  if (sizeBytes === 0) return undefined
  if (sizeBytes === 1) return bytes[position]!
  if (sizeBytes === 2) return bytes.readUInt16LE(position) + 256
  const low = bytes.readUInt32LE(position)
  return sizeBytes === 4 ? low : low + bytes.readUInt32LE(position + 4) * 0x1_0000_0000
}

function walkBlocks(bytes: Buffer, start: number): { end: number; mostOutputBytes: number } {
  let position = start
  let mostOutputBytes = 0
  for (;;) {
    if (bytes.length - position < 3) throw corrupt('cut off')
    const header = bytes.readUIntLE(position, 3)
    const type = (header >> 1) & 3
    const sizeBytes = header >> 3
    if (type === 3) throw corrupt('a block of a reserved type')
    // Type 1 repeats one byte, so its size is that of the output; 0 is stored, 2 compressed.
    position += 3 + (type === 1 ? 1 : sizeBytes)
    mostOutputBytes += type === 2 ? BLOCK_MAX_BYTES : sizeBytes
    if (position > bytes.length) throw corrupt('cut off')
    if (header & 1) return { end: position, mostOutputBytes }
  }
}

const corrupt = (message: string): DecompressionError => new DecompressionError('corrupt', `zstd: ${message}`)
