import type { CompressionCodec } from './compression.ts'
import type { RecordHeader } from './record.ts'
import {
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  RECORD_BATCH_OVERHEAD,
  readHeader,
  readSizeBytes,
  type TimestampType,
  writeHeader,
} from './record-batch.ts'
import { MAX_VARINT_BYTES, sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** A record to be written. What is left out is null, or no headers, or no timestamp. */
export interface NewRecord {
  readonly key?: Uint8Array | undefined
  readonly value?: Uint8Array | undefined
  readonly headers?: readonly RecordHeader[] | undefined
  /** Milliseconds since 1970; numbers are safe integers. */
  readonly timestamp?: number | bigint | undefined
}

/** What a batch says about itself beside its records; all of it may be left out. */
export interface RecordBatchOptions {
  /** 0 by default, as producers send it. */
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
  readonly timestampType?: TimestampType
  readonly isTransactional?: boolean
  readonly isControlBatch?: boolean
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
}

const INITIAL_CAPACITY_BYTES = 1024

/**
 * Writes records into an uncompressed batch of magic 2, one behind the other. A builder may be used again: `build`
 * hands out a copy of the exact size, and the buffer it grew stays with the builder.
 */
export class RecordBatchBuilder {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_CAPACITY_BYTES)
  #position = RECORD_BATCH_OVERHEAD
  #recordCount = 0
  #lastOffsetDelta = -1
  #baseTimestamp = NO_TIMESTAMP
  #maxTimestamp = NO_TIMESTAMP

  get recordCount(): number {
    return this.#recordCount
  }

  /** Bytes of the batch so far, its header included. */
  get sizeBytes(): number {
    return this.#position
  }

  /** Adds a record behind the others, at the next offset or at `offsetDelta` (greater than the last one's) from the base. */
  append(record: NewRecord, offsetDelta = this.#lastOffsetDelta + 1): void {
    const timestamp = BigInt(record.timestamp ?? NO_TIMESTAMP)
    if (this.#recordCount === 0) this.#baseTimestamp = timestamp
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const timestampDelta = narrow(BigInt.asIntN(64, timestamp - this.#baseTimestamp))
    const headers = record.headers ?? []
    const bodyBytes = sizeOfBody(record, headers, { timestampDelta, offsetDelta })
    this.#reserve(MAX_VARINT_BYTES + bodyBytes)

    const buffer = this.#buffer
    let at = writeVarint(buffer, this.#position, bodyBytes)
    buffer[at++] = 0
    at = writeVarlong(buffer, at, timestampDelta)
    at = writeVarint(buffer, at, offsetDelta)
    at = writeBytes(buffer, at, record.key)
    at = writeBytes(buffer, at, record.value)
    at = writeVarint(buffer, at, headers.length)
    for (const header of headers) at = writeBytes(buffer, writeBytes(buffer, at, header.key), header.value)
    this.#position = at
    this.#recordCount++
    this.#lastOffsetDelta = offsetDelta
  }

  /** The batch, in memory of its own; the builder is empty again. */
  build(options: RecordBatchOptions = {}): Buffer {
    const batch = Buffer.allocUnsafeSlow(this.#position)
    this.#buffer.copy(batch, RECORD_BATCH_OVERHEAD, RECORD_BATCH_OVERHEAD, this.#position)
    writeHeader(batch, 0, {
      baseOffset: options.baseOffset ?? 0,
      sizeBytes: batch.length,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? NO_PARTITION_LEADER_EPOCH,
      compressionId: 0,
      timestampType: options.timestampType ?? 'CreateTime',
      isTransactional: options.isTransactional ?? false,
      isControlBatch: options.isControlBatch ?? false,
      hasDeleteHorizon: false,
      lastOffsetDelta: Math.max(this.#lastOffsetDelta, 0),
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      producerId: options.producerId ?? NO_PRODUCER_ID,
      producerEpoch: options.producerEpoch ?? NO_PRODUCER_EPOCH,
      baseSequence: options.baseSequence ?? NO_SEQUENCE,
      recordCount: this.#recordCount,
    })
    this.reset()
    return batch
  }

  /** Forgets what was appended. */
  reset(): void {
    this.#position = RECORD_BATCH_OVERHEAD
    this.#recordCount = 0
    this.#lastOffsetDelta = -1
    this.#baseTimestamp = NO_TIMESTAMP
    this.#maxTimestamp = NO_TIMESTAMP
  }

  #reserve(moreBytes: number): void {
    const needed = this.#position + moreBytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#position)
    this.#buffer = grown
  }
}

const narrow = (delta: bigint): number | bigint =>
  delta >= -0x8000_0000n && delta <= 0x7fff_ffffn ? Number(delta) : delta

function sizeOfBody(
  record: NewRecord,
  headers: readonly RecordHeader[],
  deltas: { timestampDelta: number | bigint; offsetDelta: number },
): number {
  let size = 1 + sizeOfVarlong(deltas.timestampDelta) + sizeOfVarint(deltas.offsetDelta)
  size += sizeOfBytes(record.key) + sizeOfBytes(record.value) + sizeOfVarint(headers.length)
  for (const header of headers) size += sizeOfBytes(header.key) + sizeOfBytes(header.value)
  return size
}

const sizeOfBytes = (bytes: Uint8Array | undefined): number =>
  bytes === undefined ? 1 : sizeOfVarint(bytes.length) + bytes.length

function writeBytes(buffer: Buffer, position: number, bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return writeVarint(buffer, position, -1)
  const at = writeVarint(buffer, position, bytes.length)
  buffer.set(bytes, at)
  return at + bytes.length
}

const sharedBuilder = new RecordBatchBuilder()

/** A batch of these records, in memory of its own. */
export function buildRecordBatch(records: readonly NewRecord[], options: RecordBatchOptions = {}): Buffer {
  sharedBuilder.reset()
  for (const record of records) sharedBuilder.append(record)
  return sharedBuilder.build(options)
}

/** The same batch with its records compressed, in memory of its own. `compress` is the codec's, run where the caller wants. */
export async function compressRecordBatch(
  batch: Buffer,
  codec: CompressionCodec,
  compress: (payload: Buffer) => Promise<Buffer> = payload => codec.compress(payload),
): Promise<Buffer> {
  const payload = await compress(batch.subarray(RECORD_BATCH_OVERHEAD, readSizeBytes(batch, 0)))
  const compressed = Buffer.allocUnsafeSlow(RECORD_BATCH_OVERHEAD + payload.length)
  payload.copy(compressed, RECORD_BATCH_OVERHEAD)
  writeHeader(compressed, 0, {
    ...readHeader(batch, 0),
    sizeBytes: compressed.length,
    compressionId: codec.id,
  })
  return compressed
}
