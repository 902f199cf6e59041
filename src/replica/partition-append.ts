import type { AppendValidation } from '../log/append-validator.ts'
import type { AppendResult } from '../log/partition-log.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { RecordError } from '../protocol/records/record-validator.ts'

/** What became of one partition's records of a Produce request. */
export interface PartitionAppend {
  readonly errorCode: ErrorCode
  /** A sentence for the client; undefined where there is no error. */
  readonly message: string | undefined
  readonly recordErrors: readonly RecordError[]
  /** Undefined when nothing was appended, as the other offsets. For a duplicate those of the original. */
  readonly baseOffset: number | undefined
  /** The answer waits until this offset is written, or committed. */
  readonly endOffset: number
  /** Under LogAppendTime: what the records' timestamp became. */
  readonly logAppendTimeMs: number | undefined
  readonly logStartOffset: number | undefined
}

export function refusedAppend(refusal: {
  errorCode: ErrorCode
  message: string
  recordErrors?: readonly RecordError[]
  logStartOffset?: number
}): PartitionAppend {
  return {
    errorCode: refusal.errorCode,
    message: refusal.message,
    recordErrors: refusal.recordErrors ?? [],
    baseOffset: undefined,
    endOffset: 0,
    logAppendTimeMs: undefined,
    logStartOffset: refusal.logStartOffset,
  }
}

/** What the log made of records that had passed their checks. */
export function appendOf(
  result: AppendResult,
  context: { validation: AppendValidation & { outcome: 'valid' }; logStartOffset: number },
): PartitionAppend {
  const { logStartOffset, validation } = context
  if (result.outcome === 'rejected') {
    return refusedAppend({
      errorCode: result.errorCode as ErrorCode,
      message: result.message,
      logStartOffset,
    })
  }
  return {
    errorCode: ErrorCode.NONE,
    message: undefined,
    recordErrors: [],
    baseOffset: result.baseOffset,
    endOffset: result.endOffset,
    logAppendTimeMs: validation.logAppendTimeMs,
    logStartOffset,
  }
}

/** The answer to records that wait for their acknowledgement no longer: `error` takes the place of success. */
export function failedAfterAppend(
  append: PartitionAppend,
  error: { errorCode: ErrorCode; message: string },
): PartitionAppend {
  return { ...append, errorCode: error.errorCode, message: error.message }
}
