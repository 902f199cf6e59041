import type { Compute } from '../io/compute.ts'
import type { LogConfig } from './log-config.ts'
import type { AppendOrigin } from './partition-log.ts'

/** One refused record, as Produce's RecordErrors tells it. */
export interface RecordError {
  /** Counts from 0 within the batch. */
  readonly batchIndex: number
  readonly message: string
}

/**
 * - `valid`: `records` may be appended (a copy-free slice of what came in; under LogAppendTime its header was rewritten
 *   in place). `logAppendTimeMs` is what the response tells, undefined under CreateTime.
 * - `invalid`: Kafka's error code for the partition, the first refused records, and a sentence.
 */
export type AppendValidation =
  | { readonly outcome: 'valid'; readonly records: Buffer; readonly logAppendTimeMs: number | undefined }
  | {
      readonly outcome: 'invalid'
      readonly errorCode: number
      readonly message: string
      readonly recordErrors: readonly RecordError[]
    }

export interface AppendValidationContext {
  readonly config: LogConfig
  readonly nowMs: number
  readonly origin: AppendOrigin
  readonly compute: Compute
}

/**
 * Checks the records of one partition of a Produce request as Kafka's LogValidator and UnifiedLog do: size, magic, CRC,
 * offsets against count, timestamps, keys of compacted topics. Synchronous, except where a compressed batch has to be
 * inflated: then a promise. The caller keeps the order of appends meanwhile.
 */
export declare function validateForAppend(
  records: Buffer,
  context: AppendValidationContext,
): AppendValidation | Promise<AppendValidation>
