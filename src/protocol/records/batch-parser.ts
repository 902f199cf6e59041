/**
 * Walks a range of bytes batch by batch: a Produce request's records, a segment under recovery, the slice that a
 * Fetch returns. Nothing is trusted: lengths are held against the range and a limit before anything is read, and what
 * is wrong is returned, never thrown.
 */
import { ErrorCode } from '../error-code.ts'
import { MESSAGE_OVERHEAD_V0, messageOverhead, oldMessageHasValidCrc } from './message-set.ts'
import {
  CURRENT_MAGIC,
  hasValidCrc,
  LOG_OVERHEAD,
  MAGIC_POSITION,
  RECORD_BATCH_OVERHEAD,
  readBaseOffset,
  readLastOffset,
  readMagic,
  readProducerId,
  readSizeBytes,
} from './record-batch.ts'

/** Up to and including the magic byte: fewer bytes do not tell how to go on. */
const BYTES_TO_MAGIC = MAGIC_POSITION + 1

/** The next batch is not in the range whole. */
export const BATCH_INCOMPLETE = 0
/** What stands there is no batch: its length or magic is impossible. */
export const BATCH_CORRUPT = -1

/**
 * The size in bytes of the batch (or old message) at `position`, when it lies before `end` whole; otherwise
 * `BATCH_INCOMPLETE` or `BATCH_CORRUPT`. Looks at length and magic only.
 */
export function sizeOfBatchAt(buffer: Buffer, position: number, end: number): number {
  const bytesLeft = end - position
  if (bytesLeft < LOG_OVERHEAD) return BATCH_INCOMPLETE
  const sizeBytes = readSizeBytes(buffer, position)
  if (sizeBytes < MESSAGE_OVERHEAD_V0) return BATCH_CORRUPT
  if (bytesLeft < BYTES_TO_MAGIC) return BATCH_INCOMPLETE
  const magic = readMagic(buffer, position)
  if (magic < 0 || magic > CURRENT_MAGIC) return BATCH_CORRUPT
  const overhead = magic === CURRENT_MAGIC ? RECORD_BATCH_OVERHEAD : messageOverhead(magic === 0 ? 0 : 1)
  if (sizeBytes < overhead) return BATCH_CORRUPT
  return sizeBytes <= bytesLeft ? sizeBytes : BATCH_INCOMPLETE
}

/** Where the last whole batch of the range ends: `start` when there is none. Stops at anything that is no batch. */
export function endOfWholeBatches(buffer: Buffer, start: number, end: number): number {
  let position = start
  for (;;) {
    const sizeBytes = sizeOfBatchAt(buffer, position, end)
    if (sizeBytes <= 0) return position
    position += sizeBytes
  }
}

export interface BatchVisitor {
  /**
   * A whole batch stands at `position`; only its length and magic have been looked at. `accept` has its checksum
   * verified and then `onBatch` called; `skip` steps over it; `stop` ends the walk in front of it. Without this every
   * batch is accepted.
   */
  onHeader?(buffer: Buffer, position: number, sizeBytes: number): 'accept' | 'skip' | 'stop'
  /** The batch is of magic 2, its checksum fits and its offsets and producer id are safe integers. `stop` ends the walk in front of it. */
  onBatch(buffer: Buffer, position: number, sizeBytes: number): 'continue' | 'stop'
  /**
   * An accepted message of magic 0 or 1 whose checksum fits. Without this such a message ends the walk as
   * `UNSUPPORTED_FOR_MESSAGE_FORMAT`.
   */
  onOldMessage?(buffer: Buffer, position: number, sizeBytes: number): 'continue' | 'stop'
}

/**
 * How a walk ended. `position` is always the end of what was consumed: the first byte of the batch that stopped it.
 * `neededBytes` is how many bytes from `position` on are needed to go on.
 */
export type ParseEnd =
  | { readonly kind: 'done'; readonly position: number }
  | { readonly kind: 'stopped'; readonly position: number }
  | { readonly kind: 'incomplete'; readonly position: number; readonly neededBytes: number }
  | {
      readonly kind: 'invalid'
      readonly position: number
      /** CORRUPT_MESSAGE or UNSUPPORTED_FOR_MESSAGE_FORMAT. */
      readonly errorCode: ErrorCode
      readonly message: string
    }

export interface ParseRange {
  /** First byte, 0 by default. */
  readonly start?: number
  /** One past the last byte, the buffer's length by default. */
  readonly end?: number
  /** A batch that claims to be larger is corrupt: keeps a reader from gathering bytes for a length that lies. */
  readonly maxBatchSizeBytes?: number
}

/** Walks the batches of a range, in order, until its end, the visitor's `stop` or the first thing that is wrong. */
export function parseBatches(buffer: Buffer, visitor: BatchVisitor, range: ParseRange = {}): ParseEnd {
  const end = Math.min(range.end ?? buffer.length, buffer.length)
  const maxBatchSizeBytes = range.maxBatchSizeBytes ?? Number.POSITIVE_INFINITY
  let position = range.start ?? 0
  while (position < end) {
    const sizeBytes = sizeOfBatchAt(buffer, position, end)
    if (sizeBytes <= 0 || sizeBytes > maxBatchSizeBytes) {
      return explainNoBatch(buffer, position, { end, maxBatchSizeBytes })
    }
    const verdict = visitor.onHeader?.(buffer, position, sizeBytes) ?? 'accept'
    if (verdict === 'stop') return { kind: 'stopped', position }
    if (verdict === 'accept') {
      const problem = problemOfBatch(buffer, position, visitor)
      if (problem !== undefined) return { kind: 'invalid', position, ...problem }
      const next =
        readMagic(buffer, position) === CURRENT_MAGIC
          ? visitor.onBatch(buffer, position, sizeBytes)
          : visitor.onOldMessage?.(buffer, position, sizeBytes)
      if (next === 'stop') return { kind: 'stopped', position }
    }
    position += sizeBytes
  }
  return { kind: 'done', position }
}

function explainNoBatch(
  buffer: Buffer,
  position: number,
  limits: { end: number; maxBatchSizeBytes: number },
): ParseEnd {
  const { end, maxBatchSizeBytes } = limits
  if (end - position < LOG_OVERHEAD) return { kind: 'incomplete', position, neededBytes: BYTES_TO_MAGIC }
  const sizeBytes = readSizeBytes(buffer, position)
  if (sizeBytes > maxBatchSizeBytes) {
    return corrupt(position, `a batch of ${sizeBytes} bytes is larger than the ${maxBatchSizeBytes} allowed`)
  }
  if (sizeOfBatchAt(buffer, position, end) === BATCH_INCOMPLETE) {
    return { kind: 'incomplete', position, neededBytes: Math.max(sizeBytes, BYTES_TO_MAGIC) }
  }
  const magic = end - position >= BYTES_TO_MAGIC ? ` of magic ${readMagic(buffer, position)}` : ''
  return corrupt(position, `there is no batch${magic} of ${sizeBytes} bytes`)
}

const corrupt = (position: number, message: string): ParseEnd => ({
  kind: 'invalid',
  position,
  errorCode: ErrorCode.CORRUPT_MESSAGE,
  message,
})

type BatchProblem = Pick<ParseEnd & { kind: 'invalid' }, 'errorCode' | 'message'>

function problemOfBatch(buffer: Buffer, position: number, visitor: BatchVisitor): BatchProblem | undefined {
  if (readMagic(buffer, position) !== CURRENT_MAGIC) {
    if (visitor.onOldMessage === undefined) {
      const message = `a message of magic ${readMagic(buffer, position)} where record batches are expected`
      return { errorCode: ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, message }
    }
    return oldMessageHasValidCrc(buffer, position) ? undefined : CHECKSUM_PROBLEM
  }
  if (!hasValidCrc(buffer, position)) return CHECKSUM_PROBLEM
  const isSafe =
    Number.isSafeInteger(readBaseOffset(buffer, position)) &&
    Number.isSafeInteger(readLastOffset(buffer, position)) &&
    Number.isSafeInteger(readProducerId(buffer, position))
  return isSafe ? undefined : RANGE_PROBLEM
}

const CHECKSUM_PROBLEM: BatchProblem = {
  errorCode: ErrorCode.CORRUPT_MESSAGE,
  message: 'the checksum does not fit the bytes',
}
const RANGE_PROBLEM: BatchProblem = {
  errorCode: ErrorCode.CORRUPT_MESSAGE,
  message: 'an offset or producer id beyond 2^53',
}
