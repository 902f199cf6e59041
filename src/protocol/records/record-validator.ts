/**
 * What a broker demands of a batch that a client wants appended (Kafka's ProduceRequest.validateRecords,
 * UnifiedLog.analyzeAndValidateRecords and LogValidator), for batches of magic 2 that keep their compression. In order:
 * `checkProducedRecords` (the request), `checkBatchHeader` (the batch), `validateRecords` (what is in it). The size
 * limit and the producer's sequence are the log's.
 */
import { setImmediate } from 'node:timers/promises'

import { ErrorCode } from '../error-code.ts'
import { BATCH_CORRUPT, BATCH_INCOMPLETE, sizeOfBatchAt } from './batch-parser.ts'
import { type CompressionCodec, codecForId } from './compression.ts'
import { DecompressionError } from './decompression-error.ts'
import { discardBuffer } from './discard-buffer.ts'
import { openRecords, type RecordCursor, recordTimestamp } from './record.ts'
import {
  CURRENT_MAGIC,
  hasValidCrc,
  isControlBatch,
  RECORD_BATCH_OVERHEAD,
  readBaseOffset,
  readBaseSequence,
  readBaseTimestamp,
  readCompressionId,
  readCrc,
  readLastOffsetDelta,
  readMagic,
  readProducerId,
  readRecordCount,
  readSizeBytes,
  readTimestampType,
  type TimestampType,
} from './record-batch.ts'

/** One refused record, as Produce's RecordErrors tells it. */
export interface RecordError {
  /** Counts from 0 within the batch. */
  readonly batchIndex: number
  readonly message: string
}

/** Why a batch is not appended: the partition's error. */
export interface Rejection {
  readonly kind: 'rejected'
  readonly errorCode: ErrorCode
  readonly message: string
  /** The first refused records; empty where the batch as a whole is at fault. */
  readonly recordErrors: readonly RecordError[]
}

/** The records are as they should be. */
export interface ValidRecords {
  readonly kind: 'valid'
  /**
   * What `writeMaxTimestamp` must put into the header: the records' greatest timestamp (`NO_TIMESTAMP` when none has
   * one), or the time of the append. A client's header may say something else; it is corrected, not refused.
   */
  readonly maxTimestamp: bigint
  /** Bytes of the records when they are not compressed. */
  readonly payloadBytes: number
}

/** The topic's settings and the time, as far as they concern records. */
export interface RecordRules {
  /** `message.timestamp.type` */
  readonly timestampType: TimestampType
  /** `message.timestamp.before.max.ms`, undefined for no limit */
  readonly timestampBeforeMaxMs: number | undefined
  /** `message.timestamp.after.max.ms`, undefined for no limit */
  readonly timestampAfterMaxMs: number | undefined
  /** A compacted topic's records need keys. */
  readonly keysRequired: boolean
  readonly nowMs: number
}

/** A batch may hold a hundred thousand bad records; the answer names this many. */
const MAX_RECORD_ERRORS = 100

/** Records and headers that are walked before the event loop gets its turn: a millisecond or so. */
const PARTS_PER_STEP = 50_000

const ZSTD_ID = 4
const ZSTD_SINCE_PRODUCE_VERSION = 7

const rejection = (
  errorCode: ErrorCode,
  message: string,
  recordErrors: readonly RecordError[] = [],
): Rejection => ({ kind: 'rejected', errorCode, message, recordErrors })

/**
 * Checks that the records of one partition of a Produce request of version 3 or newer are exactly one whole batch of
 * magic 2, compressed in a way this version may use. Bytes behind the batch that are no whole batch are ignored, as
 * Kafka does: the batch ends at its own size.
 */
export function checkProducedRecords(records: Buffer, produceVersion: number): Rejection | undefined {
  const sizeBytes = sizeOfBatchAt(records, 0, records.length)
  if (sizeBytes === BATCH_CORRUPT) return rejection(ErrorCode.CORRUPT_MESSAGE, 'there is no record batch')
  if (sizeBytes === BATCH_INCOMPLETE) return rejection(ErrorCode.INVALID_RECORD, 'one record batch is needed')
  if (readMagic(records, 0) !== CURRENT_MAGIC) {
    return rejection(ErrorCode.INVALID_RECORD, `a batch of magic ${readMagic(records, 0)}, 2 is needed`)
  }
  if (readCompressionId(records, 0) === ZSTD_ID && produceVersion < ZSTD_SINCE_PRODUCE_VERSION) {
    return rejection(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `zstd is not for version ${produceVersion}`)
  }
  const nextSizeBytes = sizeOfBatchAt(records, sizeBytes, records.length)
  if (nextSizeBytes === BATCH_CORRUPT) {
    return rejection(ErrorCode.CORRUPT_MESSAGE, 'what follows the record batch is none')
  }
  return nextSizeBytes === BATCH_INCOMPLETE
    ? undefined
    : rejection(ErrorCode.INVALID_RECORD, 'more than one record batch')
}

/** Checks what the header of a client's batch tells, and its checksum. The whole batch must be in the buffer. */
export function checkBatchHeader(buffer: Buffer, position: number): Rejection | undefined {
  const baseOffset = readBaseOffset(buffer, position)
  if (baseOffset !== 0) return invalid(`the base offset should be 0 and is ${baseOffset}`)
  if (!hasValidCrc(buffer, position)) {
    const stored = readCrc(buffer, position)
    return rejection(ErrorCode.CORRUPT_MESSAGE, `the checksum ${stored} does not fit the batch`)
  }
  const recordCount = readRecordCount(buffer, position)
  const offsetCount = readLastOffsetDelta(buffer, position) + 1
  if (offsetCount <= 0) return invalid(`a last offset delta of ${offsetCount - 1}`)
  if (recordCount <= 0) return invalid(`a record count of ${recordCount}`)
  if (offsetCount !== recordCount) return invalid(`${offsetCount} offsets for ${recordCount} records`)
  if (isControlBatch(buffer, position)) return invalid('clients do not write control records')
  const producerId = readProducerId(buffer, position)
  if (!Number.isSafeInteger(producerId)) return invalid(`a producer id of ${producerId}`)
  const baseSequence = readBaseSequence(buffer, position)
  if (producerId >= 0 && baseSequence < 0) {
    return invalid(`a base sequence of ${baseSequence} with producer id ${producerId}`)
  }
  const compressionId = readCompressionId(buffer, position)
  if (compressionId !== 0 && codecForId(compressionId) === undefined) {
    return rejection(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `compression ${compressionId} has no meaning`)
  }
  return undefined
}

/**
 * Checks the records of a batch that `checkBatchHeader` has passed. An uncompressed batch is walked at once; for a
 * compressed one `inflate` is asked first (to run the codec where and within what bound the caller wants) and a promise
 * comes back, as it does for a batch of very many records, which is walked with pauses: its bytes must stay as they are
 * until then. `inflate` may reject with a `DecompressionError`; any other rejection is passed on.
 */
export function validateRecords(
  buffer: Buffer,
  position: number,
  rules: RecordRules,
  inflate: (codec: CompressionCodec, payload: Buffer) => Promise<Buffer>,
): ValidRecords | Rejection | Promise<ValidRecords | Rejection> {
  const codec = codecForId(readCompressionId(buffer, position))
  if (codec === undefined) return walkRecords(buffer, position, rules)
  const payload = buffer.subarray(
    position + RECORD_BATCH_OVERHEAD,
    position + readSizeBytes(buffer, position),
  )
  return inflate(codec, payload).then(
    inflated => walkInflated(buffer, position, rules, inflated),
    error => rejectionOf(error),
  )
}

/** What a batch inflated to is only looked at: its memory goes when that is done. */
async function walkInflated(
  buffer: Buffer,
  position: number,
  rules: RecordRules,
  inflated: Buffer,
): Promise<ValidRecords | Rejection> {
  try {
    return await walkRecords(buffer, position, rules, inflated)
  } finally {
    discardBuffer(inflated)
  }
}

function rejectionOf(error: unknown): Rejection {
  if (!(error instanceof DecompressionError)) throw error
  // A producer that is told so splits the batch and sends it again.
  if (error.reason === 'too large') return rejection(ErrorCode.MESSAGE_TOO_LARGE, error.message)
  return invalid(error.message)
}

const invalid = (message: string): Rejection => rejection(ErrorCode.INVALID_RECORD, message)

/** Walks the records: at once, or with pauses for the event loop when there are very many. */
function walkRecords(
  buffer: Buffer,
  position: number,
  rules: RecordRules,
  inflated?: Buffer,
): ValidRecords | Rejection | Promise<ValidRecords | Rejection> {
  const walk = new RecordWalk({ buffer, position, rules, inflated })
  return walk.step() ?? finishWithPauses(walk)
}

async function finishWithPauses(walk: RecordWalk): Promise<ValidRecords | Rejection> {
  for (;;) {
    await setImmediate()
    const verdict = walk.step()
    if (verdict !== undefined) return verdict
  }
}

interface WalkedBatch {
  readonly buffer: Buffer
  readonly position: number
  readonly rules: RecordRules
  readonly inflated: Buffer | undefined
}

/** The walk through one batch's records, some of them at each step. */
class RecordWalk {
  readonly #batch: WalkedBatch
  readonly #cursor: RecordCursor
  readonly #timestamps: TimestampCheck
  /** Only a broker may set this; under it the deltas mean nothing. */
  readonly #claimsAppendTime: boolean
  readonly #errors = new RecordErrors()

  constructor(batch: WalkedBatch) {
    const { buffer, position, rules, inflated } = batch
    this.#batch = batch
    this.#cursor = openRecords(buffer, position, inflated)
    this.#timestamps = new TimestampCheck(readBaseTimestamp(buffer, position), rules)
    this.#claimsAppendTime = readTimestampType(buffer, position) === 'LogAppendTime'
  }

  /** Goes on for a millisecond or so; undefined when there is more to walk. */
  step(): ValidRecords | Rejection | undefined {
    const cursor = this.#cursor
    for (let left = PARTS_PER_STEP; left > 0; left -= 1 + cursor.headerCount) {
      if (!cursor.advance()) return this.#verdict()
      if (cursor.offsetDelta !== cursor.index) {
        return invalid(`record ${cursor.index} has the offset delta ${cursor.offsetDelta}`)
      }
      this.#checkRecord(cursor)
    }
    return undefined
  }

  #checkRecord(cursor: RecordCursor): void {
    const errors = this.#errors
    if (cursor.keySizeBytes < 0 && this.#batch.rules.keysRequired) {
      errors.add(cursor.index, 'a compacted topic needs keys')
    } else if (this.#claimsAppendTime) {
      errors.addTimestamp(cursor.index, 'a producer does not set the timestamp type LogAppendTime')
    } else if (!this.#timestamps.accept(cursor)) {
      errors.addTimestamp(cursor.index, errors.isFull ? '' : this.#timestamps.explain(cursor))
    }
  }

  #verdict(): ValidRecords | Rejection {
    if (this.#cursor.problem !== undefined) return invalid(this.#cursor.problem)
    const { buffer, position, rules, inflated } = this.#batch
    const isAppendTime = rules.timestampType === 'LogAppendTime'
    return (
      this.#errors.toRejection() ?? {
        kind: 'valid',
        maxTimestamp: isAppendTime ? BigInt(rules.nowMs) : this.#timestamps.maxTimestamp,
        payloadBytes: inflated?.length ?? readSizeBytes(buffer, position) - RECORD_BATCH_OVERHEAD,
      }
    )
  }
}

/** Within this a base and a delta of 49 bits add up exactly as numbers. */
const LARGEST_NARROW_BASE = 2n ** 52n

/** Holds record timestamps against the allowed range and keeps the greatest: as numbers, or bigints where those fail. */
class TimestampCheck {
  readonly #base: bigint
  /** NaN, which makes every sum NaN, when the base is too wide. */
  readonly #narrowBase: number
  readonly #earliest: number
  readonly #latest: number
  #narrowMax = -1
  #wideMax = -1n

  constructor(baseTimestamp: bigint, rules: RecordRules) {
    this.#base = baseTimestamp
    const isNarrow = baseTimestamp <= LARGEST_NARROW_BASE && baseTimestamp >= -LARGEST_NARROW_BASE
    this.#narrowBase = isNarrow ? Number(baseTimestamp) : Number.NaN
    const isChecked = rules.timestampType === 'CreateTime'
    const { nowMs, timestampBeforeMaxMs, timestampAfterMaxMs } = rules
    this.#earliest = nowMs - ((isChecked ? timestampBeforeMaxMs : undefined) ?? Number.POSITIVE_INFINITY)
    this.#latest = nowMs + ((isChecked ? timestampAfterMaxMs : undefined) ?? Number.POSITIVE_INFINITY)
  }

  /** Whether the record's timestamp is in range or absent. */
  accept(cursor: RecordCursor): boolean {
    const timestamp = this.#narrowBase + cursor.timestampDelta
    if (Number.isNaN(timestamp)) return this.#acceptWide(recordTimestamp(this.#base, cursor))
    if (timestamp > this.#narrowMax) this.#narrowMax = timestamp
    return (timestamp >= this.#earliest && timestamp <= this.#latest) || timestamp === -1
  }

  #acceptWide(timestamp: bigint): boolean {
    if (timestamp > this.#wideMax) this.#wideMax = timestamp
    return (timestamp >= this.#earliest && timestamp <= this.#latest) || timestamp === -1n
  }

  explain(cursor: RecordCursor): string {
    const timestamp = recordTimestamp(this.#base, cursor)
    return `the timestamp ${timestamp} is not within [${this.#earliest}, ${this.#latest}]`
  }

  get maxTimestamp(): bigint {
    return this.#wideMax > this.#narrowMax ? this.#wideMax : BigInt(this.#narrowMax)
  }
}

/** Gathers refused records; one with a bad timestamp gives the batch its error code. */
class RecordErrors {
  readonly #errors: RecordError[] = []
  #count = 0
  #hasInvalidTimestamp = false

  get isFull(): boolean {
    return this.#errors.length === MAX_RECORD_ERRORS
  }

  add(batchIndex: number, message: string): void {
    this.#count++
    if (!this.isFull) this.#errors.push({ batchIndex, message })
  }

  addTimestamp(batchIndex: number, message: string): void {
    this.#hasInvalidTimestamp = true
    this.add(batchIndex, message)
  }

  toRejection(): Rejection | undefined {
    if (this.#count === 0) return undefined
    if (this.#hasInvalidTimestamp) {
      return rejection(ErrorCode.INVALID_TIMESTAMP, 'records with an invalid timestamp', this.#errors)
    }
    return rejection(ErrorCode.INVALID_RECORD, `${this.#count} records are invalid`, this.#errors)
  }
}
