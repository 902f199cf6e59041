import type { Compute } from '../io/compute.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { CompressionCodec } from '../protocol/records/compression.ts'
import { readSizeBytes, writeMaxTimestamp } from '../protocol/records/record-batch.ts'
import {
  checkBatchHeader,
  checkProducedRecords,
  type RecordError,
  type Rejection,
  type ValidRecords,
  validateRecords,
} from '../protocol/records/record-validator.ts'
import type { LogConfig } from './log-config.ts'

/**
 * The most that a batch may inflate to. A producer that is refused for it (MESSAGE_TOO_LARGE) splits the batch and sends
 * it again.
 */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024

/**
 * - `valid`: `records` may be appended, the very bytes that came in without what trailed them; type and maximum of the
 *   timestamps are set in the header. `logAppendTimeMs` is what the response tells, undefined under CreateTime.
 * - `invalid`: Kafka's error code for the partition, the first refused records, and a sentence.
 */
export type AppendValidation =
  | { readonly outcome: 'valid'; readonly records: Buffer; readonly logAppendTimeMs: number | undefined }
  | {
      readonly outcome: 'invalid'
      readonly errorCode: ErrorCode
      readonly message: string
      readonly recordErrors: readonly RecordError[]
    }

export interface AppendValidationContext {
  readonly config: LogConfig
  readonly nowMs: number
  readonly compute: Compute
  /** The version of the Produce request that the records came with. */
  readonly produceVersion: number
}

/**
 * Checks the records that a client wants appended to one partition, as Kafka's ProduceRequest, UnifiedLog and LogValidator
 * do: one whole batch of magic 2, its size, CRC, offsets, timestamps, and the keys of a compacted topic. Synchronous,
 * except where the batch is compressed and must be inflated: then a promise, and the caller keeps the order of appends.
 * The header is changed in place; nobody else may read the bytes meanwhile.
 */
export function validateForAppend(
  records: Buffer,
  context: AppendValidationContext,
): AppendValidation | Promise<AppendValidation> {
  const { config, nowMs, compute } = context
  const refused = checkProducedRecords(records, context.produceVersion)
  if (refused !== undefined) return invalid(refused)
  const sizeBytes = readSizeBytes(records, 0)
  if (sizeBytes > config.maxMessageBytes) {
    return {
      outcome: 'invalid',
      errorCode: ErrorCode.MESSAGE_TOO_LARGE,
      message: `The record batch is ${sizeBytes} bytes, more than the ${config.maxMessageBytes} that the topic takes.`,
      recordErrors: [],
    }
  }
  const refusedHeader = checkBatchHeader(records, 0)
  if (refusedHeader !== undefined) return invalid(refusedHeader)
  const inflate = (codec: CompressionCodec, payload: Buffer) =>
    compute.run(() => codec.decompress(payload, MAX_INFLATED_BYTES))
  const rules = {
    timestampType: config.messageTimestampType,
    timestampBeforeMaxMs: config.messageTimestampBeforeMaxMs,
    timestampAfterMaxMs: config.messageTimestampAfterMaxMs,
    keysRequired: config.cleanupCompact,
    nowMs,
  }
  const finish = (result: ValidRecords | Rejection): AppendValidation => {
    if (result.kind === 'rejected') return invalid(result)
    const { maxTimestamp } = result
    writeMaxTimestamp(records, 0, { type: config.messageTimestampType, maxTimestamp })
    return {
      outcome: 'valid',
      records: records.length === sizeBytes ? records : records.subarray(0, sizeBytes),
      logAppendTimeMs: config.messageTimestampType === 'LogAppendTime' ? nowMs : undefined,
    }
  }
  const result = validateRecords(records, 0, rules, inflate)
  return result instanceof Promise ? result.then(finish) : finish(result)
}

function invalid({ errorCode, message, recordErrors }: Rejection): AppendValidation {
  return { outcome: 'invalid', errorCode, message, recordErrors }
}
