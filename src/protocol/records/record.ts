/**
 * One record of a batch of magic 2 (Kafka's DefaultRecord): `length varint`, then `attributes int8 ·
 * timestampDelta varlong · offsetDelta varint · key · value · headers`; key and value with a varint length in front, -1
 * for null, the headers with a varint count. Deltas are against the batch's base offset and timestamp.
 */
import {
  isControlBatch,
  RECORD_BATCH_OVERHEAD,
  readBaseOffset,
  readBaseTimestamp,
  readMaxTimestamp,
  readRecordCount,
  readSizeBytes,
  readTimestampType,
} from './record-batch.ts'
import { VarintReader } from './varint.ts'

export interface RecordHeader {
  /** UTF-8. */
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** Kafka knows no limit; this one keeps a single hostile record from holding the event loop. */
const MAX_HEADERS = 1_000_000

/** A record as it is read: keys and values are views of the batch's bytes. */
export interface KafkaRecord {
  readonly offset: number
  /** Milliseconds since 1970, `NO_TIMESTAMP` where there is none; the batch's under `LogAppendTime`. */
  readonly timestamp: bigint
  readonly key: Buffer | undefined
  readonly value: Buffer | undefined
  readonly headers: readonly { readonly key: Buffer; readonly value: Buffer | undefined }[]
}

/** The records of a batch are not what its header says. */
export class InvalidRecordError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'InvalidRecordError'
  }
}

/**
 * Walks the records of an uncompressed payload without allocating: `advance` moves to the next record and its fields
 * tell where its parts are. Every length is held against the record's and the payload's end. When `advance` gives
 * false, `problem` says whether that was the end (undefined) or damage.
 */
export class RecordCursor {
  /** Counts from 0; -1 before the first `advance`. */
  index = -1
  /** What is wrong with the record at `index`. */
  problem: string | undefined

  attributes = 0
  /** NaN beyond 2^48 either way: `wideTimestampDelta` is exact. */
  timestampDelta = 0
  offsetDelta = 0
  keyPosition = 0
  /** -1 for null. */
  keySizeBytes = 0
  valuePosition = 0
  /** -1 for null. */
  valueSizeBytes = 0
  headerCount = 0
  headersPosition = 0

  readonly #payload: Buffer
  readonly #end: number
  readonly #recordCount: number
  readonly #varints = new VarintReader()
  #timestampDeltaPosition = 0

  constructor(payload: Buffer, range: { start: number; end: number; recordCount: number }) {
    this.#payload = payload
    this.#end = range.end
    this.#recordCount = range.recordCount
    this.#varints.reset(range.start)
  }

  advance(): boolean {
    const varints = this.#varints
    const payload = this.#payload
    const next = this.index + 1
    if (next >= this.#recordCount) {
      if (varints.position !== this.#end) this.problem = 'bytes behind the last record'
      return false
    }
    this.index = next
    const sizeBytes = varints.readVarint(payload, this.#end)
    const end = varints.position + sizeBytes
    if (!varints.isValid || sizeBytes < 1 || end > this.#end) return this.#fail('a length that cannot be')

    this.attributes = payload[varints.position++]!
    this.#timestampDeltaPosition = varints.position
    this.timestampDelta = varints.readNarrowVarlong(payload, end)
    if (Number.isNaN(this.timestampDelta)) varints.readVarlong(payload, end)
    this.offsetDelta = varints.readVarint(payload, end)

    const keySizeBytes = varints.readVarint(payload, end)
    this.keyPosition = varints.position
    this.keySizeBytes = keySizeBytes < 0 ? -1 : keySizeBytes
    if (keySizeBytes > 0) varints.position += keySizeBytes
    const valueSizeBytes = varints.readVarint(payload, end)
    this.valuePosition = varints.position
    this.valueSizeBytes = valueSizeBytes < 0 ? -1 : valueSizeBytes
    if (valueSizeBytes > 0) varints.position += valueSizeBytes

    const headerCount = varints.readVarint(payload, end)
    this.headerCount = headerCount
    this.headersPosition = varints.position
    if (headerCount !== 0 && !this.#skipHeaders(headerCount, end)) return this.#fail('impossible headers')
    if (!varints.isValid || varints.position !== end) return this.#fail('fields that do not fill its length')
    return true
  }

  #skipHeaders(headerCount: number, end: number): boolean {
    const varints = this.#varints
    const payload = this.#payload
    // A header takes two bytes at least.
    if (headerCount < 0 || headerCount > Math.min((end - varints.position) / 2, MAX_HEADERS)) return false
    for (let index = 0; index < headerCount; index++) {
      const keySizeBytes = varints.readVarint(payload, end)
      if (keySizeBytes < 0) return false
      varints.position += keySizeBytes
      const valueSizeBytes = varints.readVarint(payload, end)
      if (valueSizeBytes > 0) varints.position += valueSizeBytes
      if (!varints.isValid || varints.position > end) return false
    }
    return true
  }

  #fail(what: string): false {
    this.problem = `record ${this.index} has ${what}`
    return false
  }

  wideTimestampDelta(): bigint {
    const varints = new VarintReader()
    varints.reset(this.#timestampDeltaPosition)
    return varints.readVarlong(this.#payload, this.#end)
  }

  key(): Buffer | undefined {
    return this.#view(this.keyPosition, this.keySizeBytes)
  }

  value(): Buffer | undefined {
    return this.#view(this.valuePosition, this.valueSizeBytes)
  }

  headers(): { readonly key: Buffer; readonly value: Buffer | undefined }[] {
    const varints = new VarintReader()
    varints.reset(this.headersPosition)
    const part = (): Buffer | undefined => {
      const sizeBytes = varints.readVarint(this.#payload, this.#end)
      const position = varints.position
      if (sizeBytes > 0) varints.position += sizeBytes
      return this.#view(position, sizeBytes)
    }
    const headers = []
    for (let index = 0; index < this.headerCount; index++) headers.push({ key: part()!, value: part() })
    return headers
  }

  #view(position: number, sizeBytes: number): Buffer | undefined {
    return sizeBytes < 0 ? undefined : this.#payload.subarray(position, position + sizeBytes)
  }
}

/**
 * The records of the batch at `position`, one at a time. `payload` is where its records are: the batch's own bytes, or
 * what they inflated to (then from its first byte on).
 *
 * @throws InvalidRecordError when the records do not fit the header.
 */
export function* readRecords(
  buffer: Buffer,
  position: number,
  inflated?: Buffer,
): Generator<KafkaRecord, void, undefined> {
  const baseOffset = readBaseOffset(buffer, position)
  const baseTimestamp = readBaseTimestamp(buffer, position)
  const appendTimestamp =
    readTimestampType(buffer, position) === 'LogAppendTime' ? readMaxTimestamp(buffer, position) : undefined
  const cursor = openRecords(buffer, position, inflated)
  while (cursor.advance()) {
    yield {
      offset: baseOffset + cursor.offsetDelta,
      timestamp: appendTimestamp ?? recordTimestamp(baseTimestamp, cursor),
      key: cursor.key(),
      value: cursor.value(),
      headers: cursor.headers(),
    }
  }
  if (cursor.problem !== undefined) {
    const kind = isControlBatch(buffer, position) ? 'control batch' : 'batch'
    throw new InvalidRecordError(`${kind} at offset ${baseOffset}: ${cursor.problem}`)
  }
}

/** A cursor over the records of the batch at `position`: in its own bytes, or in what they inflated to. */
export function openRecords(buffer: Buffer, position: number, inflated?: Buffer): RecordCursor {
  const recordCount = readRecordCount(buffer, position)
  if (inflated !== undefined) {
    return new RecordCursor(inflated, { start: 0, end: inflated.length, recordCount })
  }
  return new RecordCursor(buffer, {
    start: position + RECORD_BATCH_OVERHEAD,
    end: Math.min(position + readSizeBytes(buffer, position), buffer.length),
    recordCount,
  })
}

/** The 64-bit sum of base and delta, which wraps as Java's does. */
export const recordTimestamp = (baseTimestamp: bigint, cursor: RecordCursor): bigint =>
  BigInt.asIntN(64, baseTimestamp + wideDelta(cursor))

const wideDelta = (cursor: RecordCursor): bigint =>
  Number.isNaN(cursor.timestampDelta) ? cursor.wideTimestampDelta() : BigInt(cursor.timestampDelta)
