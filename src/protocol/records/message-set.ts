/**
 * The formats before record batches: a message set is a run of `offset int64 · size int32 · message`, and a message of
 * magic 0 or 1 (KIP-32) is `crc uint32 · magic int8 · attributes int8 · [timestamp int64, magic 1] · key · value`, key
 * and value with an int32 length in front, -1 for null. Its checksum is CRC-32, not CRC-32C, from the magic byte on.
 *
 * Only the structure is read here, so that an old segment or request can be named in an error and checked.
 */
import { crc32 } from 'node:zlib'

import { LOG_OVERHEAD, MAGIC_POSITION, readSizeBytes, type TimestampType } from './record-batch.ts'

const CRC_POSITION = 12
const ATTRIBUTES_POSITION = 17
const TIMESTAMP_POSITION = 18
const COMPRESSION_MASK = 0x07
const TIMESTAMP_TYPE_FLAG = 0x08

/** Bytes of an entry with null key and null value, its offset and size included. */
export const MESSAGE_OVERHEAD_V0 = LOG_OVERHEAD + 14
const MESSAGE_OVERHEAD_V1 = LOG_OVERHEAD + 22

/** The least bytes an entry of this magic can have. */
export const messageOverhead = (magic: 0 | 1): number =>
  magic === 0 ? MESSAGE_OVERHEAD_V0 : MESSAGE_OVERHEAD_V1

/** One entry of a message set, as far as its header and lengths tell. */
export interface OldMessage {
  readonly offset: number
  /** Bytes of the whole entry. */
  readonly sizeBytes: number
  readonly magic: 0 | 1
  /** 0 none, 1 gzip, 2 snappy, 3 lz4: the value is then itself a message set. */
  readonly compressionId: number
  /** Milliseconds since 1970, -1n where there is none (always for magic 0). */
  readonly timestamp: bigint
  readonly timestampType: TimestampType
  /** Positions and sizes in the buffer; a size of -1 is null. */
  readonly keyPosition: number
  readonly keySizeBytes: number
  readonly valuePosition: number
  readonly valueSizeBytes: number
}

/**
 * Reads the entry at `position`, which must lie in the buffer whole; undefined when its magic is not 0 or 1 or its
 * lengths do not add up to its size.
 */
export function readOldMessage(buffer: Buffer, position: number): OldMessage | undefined {
  if (buffer.length - position < MESSAGE_OVERHEAD_V0) return undefined
  const sizeBytes = readSizeBytes(buffer, position)
  const magic = buffer[position + MAGIC_POSITION]
  if ((magic !== 0 && magic !== 1) || sizeBytes < messageOverhead(magic)) return undefined
  const end = position + sizeBytes
  if (end > buffer.length) return undefined

  const attributes = buffer[position + ATTRIBUTES_POSITION]!
  const keyAt = position + (magic === 0 ? TIMESTAMP_POSITION : TIMESTAMP_POSITION + 8)
  const keySizeBytes = buffer.readInt32BE(keyAt)
  const valueAt = keyAt + 4 + Math.max(keySizeBytes, 0)
  if (valueAt + 4 > end) return undefined
  const valueSizeBytes = buffer.readInt32BE(valueAt)
  if (valueAt + 4 + Math.max(valueSizeBytes, 0) !== end) return undefined

  return {
    offset: buffer.readInt32BE(position) * 0x1_0000_0000 + buffer.readUInt32BE(position + 4),
    sizeBytes,
    magic,
    compressionId: attributes & COMPRESSION_MASK,
    timestamp: magic === 0 ? -1n : buffer.readBigInt64BE(position + TIMESTAMP_POSITION),
    timestampType: magic === 1 && attributes & TIMESTAMP_TYPE_FLAG ? 'LogAppendTime' : 'CreateTime',
    keyPosition: keyAt + 4,
    keySizeBytes: Math.max(keySizeBytes, -1),
    valuePosition: valueAt + 4,
    valueSizeBytes: Math.max(valueSizeBytes, -1),
  }
}

/** Whether the checksum of the entry at `position` fits; the whole entry must be in the buffer. */
export function oldMessageHasValidCrc(buffer: Buffer, position: number): boolean {
  const sizeBytes = readSizeBytes(buffer, position)
  if (sizeBytes < MESSAGE_OVERHEAD_V0 || sizeBytes > buffer.length - position) return false
  const checked = buffer.subarray(position + MAGIC_POSITION, position + sizeBytes)
  return buffer.readUInt32BE(position + CRC_POSITION) === crc32(checked)
}
