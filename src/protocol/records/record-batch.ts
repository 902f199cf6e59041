/**
 * The header of a record batch of magic 2 (KIP-98; Kafka's DefaultRecordBatch), read and changed in place. Every
 * function takes the buffer and the position at which the batch begins, and allocates nothing (the two timestamps, 64
 * bits wide, come as bigints). None checks bounds beyond the buffer's own: `batch-parser` says where a whole batch is.
 *
 *     baseOffset int64 · batchLength int32 · partitionLeaderEpoch int32 · magic int8 · crc uint32 · attributes int16 ·
 *     lastOffsetDelta int32 · baseTimestamp int64 · maxTimestamp int64 · producerId int64 · producerEpoch int16 ·
 *     baseSequence int32 · recordCount int32 · records
 *
 * The checksum (CRC-32C) covers everything from the attributes on: a broker sets base offset and leader epoch without
 * touching it.
 */
import { crc32c } from './crc32c.ts'

const BATCH_LENGTH_POSITION = 8
const PARTITION_LEADER_EPOCH_POSITION = 12
/** The magic byte stands here in every format that Kafka has had. */
export const MAGIC_POSITION = 16
const CRC_POSITION = 17
const ATTRIBUTES_POSITION = 21
const LAST_OFFSET_DELTA_POSITION = 23
const BASE_TIMESTAMP_POSITION = 27
const MAX_TIMESTAMP_POSITION = 35
const PRODUCER_ID_POSITION = 43
const PRODUCER_EPOCH_POSITION = 51
const BASE_SEQUENCE_POSITION = 53
const RECORD_COUNT_POSITION = 57
/** Bytes of a batch's header; its records (or their compressed bytes) follow. */
export const RECORD_BATCH_OVERHEAD = 61
/** Offset and length: the bytes in front of what the length counts, in every format. */
export const LOG_OVERHEAD = 12

export const CURRENT_MAGIC = 2

/** What a batch carries that knows no leader epoch, producer or timestamp. */
export const NO_PARTITION_LEADER_EPOCH = -1
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
export const NO_TIMESTAMP = -1n

const COMPRESSION_MASK = 0x07
const TIMESTAMP_TYPE_FLAG = 0x08
const TRANSACTIONAL_FLAG = 0x10
const CONTROL_FLAG = 0x20
const DELETE_HORIZON_FLAG = 0x40

/** In the words of the topic configuration `message.timestamp.type`. */
export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** 64 bits as a number; the nearest one outside of the safe integers, which callers refuse. */
const readInt64 = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position) * 0x1_0000_0000 + buffer.readUInt32BE(position + 4)

function writeInt64(buffer: Buffer, position: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), position)
  buffer.writeUInt32BE(value - Math.floor(value / 0x1_0000_0000) * 0x1_0000_0000, position + 4)
}

export const readBaseOffset = (buffer: Buffer, position: number): number => readInt64(buffer, position)

/** Bytes of the whole batch. */
export const readSizeBytes = (buffer: Buffer, position: number): number =>
  LOG_OVERHEAD + buffer.readInt32BE(position + BATCH_LENGTH_POSITION)

export const readPartitionLeaderEpoch = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position + PARTITION_LEADER_EPOCH_POSITION)

export const readMagic = (buffer: Buffer, position: number): number =>
  buffer.readInt8(position + MAGIC_POSITION)

export const readCrc = (buffer: Buffer, position: number): number =>
  buffer.readUInt32BE(position + CRC_POSITION)

const readAttributes = (buffer: Buffer, position: number): number =>
  buffer.readInt16BE(position + ATTRIBUTES_POSITION)

/** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 have no meaning. */
export const readCompressionId = (buffer: Buffer, position: number): number =>
  buffer[position + ATTRIBUTES_POSITION + 1]! & COMPRESSION_MASK

export const readTimestampType = (buffer: Buffer, position: number): TimestampType =>
  hasFlag(buffer, position, TIMESTAMP_TYPE_FLAG) ? 'LogAppendTime' : 'CreateTime'

export const isTransactional = (buffer: Buffer, position: number): boolean =>
  hasFlag(buffer, position, TRANSACTIONAL_FLAG)

export const isControlBatch = (buffer: Buffer, position: number): boolean =>
  hasFlag(buffer, position, CONTROL_FLAG)

/** The base timestamp is then the time at which the batch's tombstones and markers may go (KIP-534). */
export const hasDeleteHorizon = (buffer: Buffer, position: number): boolean =>
  hasFlag(buffer, position, DELETE_HORIZON_FLAG)

const hasFlag = (buffer: Buffer, position: number, flag: number): boolean =>
  (buffer[position + ATTRIBUTES_POSITION + 1]! & flag) !== 0

export const readLastOffsetDelta = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position + LAST_OFFSET_DELTA_POSITION)

/** The offset of the last record the batch was written with, also when compaction has taken that record out. */
export const readLastOffset = (buffer: Buffer, position: number): number =>
  readBaseOffset(buffer, position) + readLastOffsetDelta(buffer, position)

/** Milliseconds since 1970, or `NO_TIMESTAMP`. */
export const readBaseTimestamp = (buffer: Buffer, position: number): bigint =>
  buffer.readBigInt64BE(position + BASE_TIMESTAMP_POSITION)

/** Milliseconds since 1970, or `NO_TIMESTAMP`; under `LogAppendTime` the timestamp of every record. */
export const readMaxTimestamp = (buffer: Buffer, position: number): bigint =>
  buffer.readBigInt64BE(position + MAX_TIMESTAMP_POSITION)

/** `NO_PRODUCER_ID` when the producer was not idempotent. */
export const readProducerId = (buffer: Buffer, position: number): number =>
  readInt64(buffer, position + PRODUCER_ID_POSITION)

export const readProducerEpoch = (buffer: Buffer, position: number): number =>
  buffer.readInt16BE(position + PRODUCER_EPOCH_POSITION)

export const readBaseSequence = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position + BASE_SEQUENCE_POSITION)

/** The sequence number of the last record, `NO_SEQUENCE` where the batch has none. */
export function readLastSequence(buffer: Buffer, position: number): number {
  const baseSequence = readBaseSequence(buffer, position)
  return baseSequence === NO_SEQUENCE
    ? NO_SEQUENCE
    : incrementSequence(baseSequence, readLastOffsetDelta(buffer, position))
}

/** Records that are in the batch: fewer than its offsets once it has been compacted, none at all perhaps. */
export const readRecordCount = (buffer: Buffer, position: number): number =>
  buffer.readInt32BE(position + RECORD_COUNT_POSITION)

/** Sequence numbers go from 0 to 2^31-1 and begin again at 0. */
export const incrementSequence = (sequence: number, increment: number): number =>
  sequence > 0x7fffffff - increment ? sequence + increment - 0x8000_0000 : sequence + increment

/** `incrementSequence`, backwards. */
export const decrementSequence = (sequence: number, decrement: number): number =>
  sequence < decrement ? sequence - decrement + 0x8000_0000 : sequence - decrement

/** The batch's checksum as it should be; the whole batch must be in the buffer. */
const computeCrc = (buffer: Buffer, position: number): number =>
  crc32c(buffer, position + ATTRIBUTES_POSITION, position + readSizeBytes(buffer, position))

/** False, too, for a length that is too small for a batch or reaches beyond the buffer. */
export function hasValidCrc(buffer: Buffer, position: number): boolean {
  const sizeBytes = readSizeBytes(buffer, position)
  if (sizeBytes < RECORD_BATCH_OVERHEAD || sizeBytes > buffer.length - position) return false
  return readCrc(buffer, position) === computeCrc(buffer, position)
}

/** Not covered by the checksum: nothing else changes. */
export const writeBaseOffset = (buffer: Buffer, position: number, baseOffset: number): void =>
  writeInt64(buffer, position, baseOffset)

/** Not covered by the checksum: nothing else changes. */
export function writePartitionLeaderEpoch(buffer: Buffer, position: number, leaderEpoch: number): void {
  buffer.writeInt32BE(leaderEpoch, position + PARTITION_LEADER_EPOCH_POSITION)
}

/**
 * Sets timestamp type and maximal timestamp, and the checksum anew; does nothing when both are as they should be,
 * which for an honest client's `CreateTime` batch they are. Attribute bits without a meaning are cleared, as Kafka does.
 */
export function writeMaxTimestamp(
  buffer: Buffer,
  position: number,
  timestamp: { type: TimestampType; maxTimestamp: bigint },
): void {
  const { type, maxTimestamp } = timestamp
  if (readTimestampType(buffer, position) === type && readMaxTimestamp(buffer, position) === maxTimestamp)
    return
  const kept = COMPRESSION_MASK | TRANSACTIONAL_FLAG | CONTROL_FLAG | DELETE_HORIZON_FLAG
  const attributes =
    (readAttributes(buffer, position) & kept) | (type === 'LogAppendTime' ? TIMESTAMP_TYPE_FLAG : 0)
  buffer.writeInt16BE(attributes, position + ATTRIBUTES_POSITION)
  buffer.writeBigInt64BE(maxTimestamp, position + MAX_TIMESTAMP_POSITION)
  writeCrc(buffer, position)
}

function writeCrc(buffer: Buffer, position: number): void {
  buffer.writeUInt32BE(computeCrc(buffer, position), position + CRC_POSITION)
}

/** All that a header says. */
export interface RecordBatchHeader {
  readonly baseOffset: number
  /** Bytes of the whole batch. */
  readonly sizeBytes: number
  readonly partitionLeaderEpoch: number
  readonly compressionId: number
  readonly timestampType: TimestampType
  readonly isTransactional: boolean
  readonly isControlBatch: boolean
  readonly hasDeleteHorizon: boolean
  readonly lastOffsetDelta: number
  readonly baseTimestamp: bigint
  readonly maxTimestamp: bigint
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** Writes a header in front of records that are already in place, with the checksum over both. */
export function writeHeader(buffer: Buffer, position: number, header: RecordBatchHeader): void {
  const attributes =
    (header.compressionId & COMPRESSION_MASK) |
    (header.timestampType === 'LogAppendTime' ? TIMESTAMP_TYPE_FLAG : 0) |
    (header.isTransactional ? TRANSACTIONAL_FLAG : 0) |
    (header.isControlBatch ? CONTROL_FLAG : 0) |
    (header.hasDeleteHorizon ? DELETE_HORIZON_FLAG : 0)
  writeInt64(buffer, position, header.baseOffset)
  buffer.writeInt32BE(header.sizeBytes - LOG_OVERHEAD, position + BATCH_LENGTH_POSITION)
  buffer.writeInt32BE(header.partitionLeaderEpoch, position + PARTITION_LEADER_EPOCH_POSITION)
  buffer.writeInt8(CURRENT_MAGIC, position + MAGIC_POSITION)
  buffer.writeInt16BE(attributes, position + ATTRIBUTES_POSITION)
  buffer.writeInt32BE(header.lastOffsetDelta, position + LAST_OFFSET_DELTA_POSITION)
  buffer.writeBigInt64BE(header.baseTimestamp, position + BASE_TIMESTAMP_POSITION)
  buffer.writeBigInt64BE(header.maxTimestamp, position + MAX_TIMESTAMP_POSITION)
  writeInt64(buffer, position + PRODUCER_ID_POSITION, header.producerId)
  buffer.writeInt16BE(header.producerEpoch, position + PRODUCER_EPOCH_POSITION)
  buffer.writeInt32BE(header.baseSequence, position + BASE_SEQUENCE_POSITION)
  buffer.writeInt32BE(header.recordCount, position + RECORD_COUNT_POSITION)
  writeCrc(buffer, position)
}

/** The header as an object: for tools, errors and tests, not for the data path. */
export const readHeader = (buffer: Buffer, position: number): RecordBatchHeader => ({
  baseOffset: readBaseOffset(buffer, position),
  sizeBytes: readSizeBytes(buffer, position),
  partitionLeaderEpoch: readPartitionLeaderEpoch(buffer, position),
  compressionId: readCompressionId(buffer, position),
  timestampType: readTimestampType(buffer, position),
  isTransactional: isTransactional(buffer, position),
  isControlBatch: isControlBatch(buffer, position),
  hasDeleteHorizon: hasDeleteHorizon(buffer, position),
  lastOffsetDelta: readLastOffsetDelta(buffer, position),
  baseTimestamp: readBaseTimestamp(buffer, position),
  maxTimestamp: readMaxTimestamp(buffer, position),
  producerId: readProducerId(buffer, position),
  producerEpoch: readProducerEpoch(buffer, position),
  baseSequence: readBaseSequence(buffer, position),
  recordCount: readRecordCount(buffer, position),
})
