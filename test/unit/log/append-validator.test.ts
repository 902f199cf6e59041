import { describe, expect, it } from 'vitest'
import { type AppendValidation, validateForAppend } from '../../../src/log/append-validator.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../src/log/log-config.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { codecForName } from '../../../src/protocol/records/compression.ts'
import {
  hasValidCrc,
  readMaxTimestamp,
  readTimestampType,
} from '../../../src/protocol/records/record-batch.ts'
import { buildRecordBatch, compressRecordBatch } from '../../../src/protocol/records/record-batch-builder.ts'
import { batchOf } from './log-fixture.ts'

const nowMs = 10_000_000

function validate(
  records: Buffer,
  { config = {}, produceVersion = 9 }: { config?: Partial<LogConfig>; produceVersion?: number } = {},
): AppendValidation | Promise<AppendValidation> {
  return validateForAppend(records, {
    config: { ...DEFAULT_LOG_CONFIG, ...config },
    nowMs,
    compute: { run: job => job() },
    produceVersion,
  })
}

const refused = (errorCode: number) => expect.objectContaining({ outcome: 'invalid', errorCode })

describe('the records of a Produce request', () => {
  it('are accepted at once as the bytes they are when they are not compressed', () => {
    const batch = batchOf({ count: 3, timestamp: nowMs })
    const before = Buffer.from(batch)
    expect(validate(batch)).toEqual({ outcome: 'valid', records: batch, logAppendTimeMs: undefined })
    expect(batch).toEqual(before)
  })

  it('are inflated before they are accepted when they are compressed', async () => {
    for (const name of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const batch = await compressRecordBatch(batchOf({ count: 3, timestamp: nowMs }), codecForName(name))
      const before = Buffer.from(batch)
      const validating = validate(batch)
      expect(validating).toBeInstanceOf(Promise)
      expect(await validating).toMatchObject({ outcome: 'valid', records: before })
      const damaged = Buffer.from(before)
      damaged.writeUInt8((damaged.at(-1) as number) ^ 0xff, damaged.length - 1)
      expect(await validate(damaged)).toEqual(refused(ErrorCode.CORRUPT_MESSAGE))
    }
  })

  it('get the time of the append in their header alone where the topic wants it', () => {
    const batch = batchOf({ count: 3, timestamp: nowMs - 5_000 })
    const result = validate(batch, { config: { messageTimestampType: 'LogAppendTime' } })
    expect(result).toMatchObject({ outcome: 'valid', logAppendTimeMs: nowMs })
    expect(readTimestampType(batch, 0)).toBe('LogAppendTime')
    expect(readMaxTimestamp(batch, 0)).toBe(BigInt(nowMs))
    expect(hasValidCrc(batch, 0)).toBe(true)
  })

  it('are refused when the batch is larger than the topic takes', () => {
    const batch = batchOf({ valueBytes: 1_000, timestamp: nowMs })
    expect(validate(batch, { config: { maxMessageBytes: batch.length } })).toMatchObject({ outcome: 'valid' })
    expect(validate(batch, { config: { maxMessageBytes: batch.length - 1 } })).toEqual(
      refused(ErrorCode.MESSAGE_TOO_LARGE),
    )
  })

  it('are refused when a timestamp is too far from now, each record told', () => {
    const late = validate(batchOf({ count: 2, timestamp: nowMs + 3_600_001 }))
    expect(late).toEqual(refused(ErrorCode.INVALID_TIMESTAMP))
    expect(late).toMatchObject({ recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }] })
    const config = { messageTimestampBeforeMaxMs: 1_000 }
    expect(validate(batchOf({ timestamp: nowMs - 1_001 }), { config })).toEqual(
      refused(ErrorCode.INVALID_TIMESTAMP),
    )
  })

  it('are refused without keys when the topic is compacted', () => {
    const keyless = buildRecordBatch([{ value: Buffer.from('v'), timestamp: nowMs }])
    expect(validate(Buffer.from(keyless))).toMatchObject({ outcome: 'valid' })
    expect(validate(keyless, { config: { cleanupCompact: true } })).toEqual(refused(ErrorCode.INVALID_RECORD))
  })

  it('are refused when they are no batch, two batches, or damaged', () => {
    const batch = batchOf({ timestamp: nowMs })
    expect(validate(Buffer.alloc(0))).toEqual(refused(ErrorCode.INVALID_RECORD))
    expect(validate(batch.subarray(0, 40))).toEqual(refused(ErrorCode.INVALID_RECORD))
    expect(validate(Buffer.concat([batch, batch]))).toEqual(refused(ErrorCode.INVALID_RECORD))
    const damaged = Buffer.from(batch)
    damaged.writeUInt8(0x77, 65)
    expect(validate(damaged)).toEqual(refused(ErrorCode.CORRUPT_MESSAGE))
    expect(validate(batchOf({ baseOffset: 5, timestamp: nowMs }))).toEqual(refused(ErrorCode.INVALID_RECORD))
  })

  it('are not refused for what trails the batch, which is left out', () => {
    const batch = batchOf({ timestamp: nowMs })
    const result = validate(Buffer.concat([batch, Buffer.from([0, 0, 0])]))
    expect(result).toMatchObject({ outcome: 'valid', records: batch })
  })

  it('compressed by zstd need version 7', async () => {
    const batch = await compressRecordBatch(batchOf({ timestamp: nowMs }), codecForName('zstd'))
    expect(validate(batch, { produceVersion: 6 })).toEqual(refused(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE))
  })
})
