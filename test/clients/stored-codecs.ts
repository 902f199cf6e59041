import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const CODEC_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** Offset, size, leader epoch and magic come before the CRC; attributes behind it. */
const SIZE_POSITION = 8
const SIZE_END = 12
const MAGIC_POSITION = 16
const ATTRIBUTES_POSITION = 21

/** The codecs of the record batches in the first segment of a topic's partition 0, each once. */
export const storedCodecs = (dataDirectory: string, topic: string): string[] => {
  const segment = readFileSync(join(dataDirectory, `${topic}-0`, '00000000000000000000.log'))
  const codecs = new Set<string>()
  for (let position = 0; position + ATTRIBUTES_POSITION + 2 <= segment.length; ) {
    const sizeBytes = SIZE_END + segment.readInt32BE(position + SIZE_POSITION)
    // A segment may be allocated ahead of what is written: zeros.
    if (sizeBytes === SIZE_END) break
    const magic = segment.readInt8(position + MAGIC_POSITION)
    if (magic !== 2) throw new Error(`${topic}: a batch of magic ${magic} at position ${position}`)
    codecs.add(CODEC_NAMES[segment.readInt16BE(position + ATTRIBUTES_POSITION) & 7] ?? 'unknown')
    position += sizeBytes
  }
  return [...codecs]
}
