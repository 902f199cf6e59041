import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { compressFrame, decompressFrame } from 'lz4-napi'
import snappy from 'snappy'

/** How kafkajs hands bytes to a codec: its encoder to compress, a buffer to inflate. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(buffer: Buffer): Promise<Buffer>
}

const { CompressionCodecs, CompressionTypes } = kafkajs

const XERIAL_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER_BYTES = 16

const inflateSnappyBlock = async (block: Buffer): Promise<Buffer> =>
  Buffer.from(await snappy.uncompress(block, { asBuffer: true }))

/**
 * Writes one bare snappy block, as kafkajs's usual plug-in (kafkajs-snappy) does, and reads that as well as the blocks
 * with a header that Java's clients and most others write.
 */
const snappyCodec: Codec = {
  compress: encoder => snappy.compress(encoder.buffer),
  decompress: async buffer => {
    if (!buffer.subarray(0, XERIAL_HEADER.length).equals(XERIAL_HEADER)) return inflateSnappyBlock(buffer)
    const blocks: Buffer[] = []
    for (let position = XERIAL_HEADER_BYTES; position < buffer.length; ) {
      const sizeBytes = buffer.readInt32BE(position)
      position += 4
      blocks.push(await inflateSnappyBlock(buffer.subarray(position, position + sizeBytes)))
      position += sizeBytes
    }
    return Buffer.concat(blocks)
  },
}

const lz4Codec: Codec = {
  compress: encoder => compressFrame(encoder.buffer),
  decompress: buffer => decompressFrame(buffer),
}

const zstdCodec: Codec = {
  compress: encoder => promisify(zstdCompress)(encoder.buffer),
  decompress: buffer => promisify(zstdDecompress)(buffer),
}

/** Gives kafkajs, which brings gzip only, the codecs that it leaves to plug-ins. */
export const registerKafkajsCodecs = (): void => {
  CompressionCodecs[CompressionTypes.Snappy] = () => snappyCodec
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec
}
