import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ErrorCode } from '../../../../src/protocol/error-code.ts'
import { type CompressionCodec, codecForId } from '../../../../src/protocol/records/compression.ts'
import { crc32c } from '../../../../src/protocol/records/crc32c.ts'
import { hasValidCrc, readHeader, writeMaxTimestamp } from '../../../../src/protocol/records/record-batch.ts'
import {
  buildRecordBatch,
  compressRecordBatch,
  type NewRecord,
} from '../../../../src/protocol/records/record-batch-builder.ts'
import {
  checkBatchHeader,
  checkProducedRecords,
  type RecordRules,
  validateRecords,
} from '../../../../src/protocol/records/record-validator.ts'
import { newRecords } from './arbitrary-records.ts'
import { VECTOR_TIMESTAMP, vector } from './vectors.ts'

const NOW_MS = Number(VECTOR_TIMESTAMP)

const rules: RecordRules = {
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: undefined,
  timestampAfterMaxMs: 3_600_000,
  keysRequired: false,
  nowMs: NOW_MS,
}

const inflateWithin =
  (maxOutputBytes: number) =>
  (codec: CompressionCodec, payload: Buffer): Promise<Buffer> =>
    codec.decompress(payload, maxOutputBytes)

const validate = (batch: Buffer, changed: Partial<RecordRules> = {}) =>
  validateRecords(batch, 0, { ...rules, ...changed }, inflateWithin(1_000_000))

const record = (timestamp: number | bigint = NOW_MS, key = 'k'): NewRecord => ({
  key: Buffer.from(key),
  value: Buffer.from('value'),
  timestamp,
})

function withFixedCrc(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  return batch
}

const changed = (batch: Buffer, change: (batch: Buffer) => void): Buffer => {
  change(batch)
  return withFixedCrc(batch)
}

describe('the records of one partition of a Produce request', () => {
  const batch = buildRecordBatch([record()])

  it('are one batch of magic 2', () => {
    expect(checkProducedRecords(batch, 3)).toBeUndefined()
    expect(checkProducedRecords(Buffer.concat([batch, batch]), 9)?.errorCode).toBe(ErrorCode.INVALID_RECORD)
    expect(checkProducedRecords(vector('magic-1'), 3)?.errorCode).toBe(ErrorCode.INVALID_RECORD)
  })

  it('are not none, and not a part of a batch', () => {
    for (let length = 0; length < batch.length; length++) {
      expect(checkProducedRecords(batch.subarray(0, length), 9)?.errorCode).toBe(ErrorCode.INVALID_RECORD)
    }
  })

  it('may have a part of a batch behind them, which is no part of the log', () => {
    expect(checkProducedRecords(Buffer.concat([batch, batch.subarray(0, -1)]), 9)).toBeUndefined()
    expect(checkProducedRecords(Buffer.concat([batch, Buffer.alloc(40)]), 9)?.errorCode).toBe(
      ErrorCode.CORRUPT_MESSAGE,
    )
  })

  it('are corrupt when their length or magic cannot be', () => {
    expect(checkProducedRecords(Buffer.alloc(100), 9)?.errorCode).toBe(ErrorCode.CORRUPT_MESSAGE)
  })

  it('use zstd from version 7 on', () => {
    expect(checkProducedRecords(vector('zstd'), 6)?.errorCode).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
    expect(checkProducedRecords(vector('zstd'), 7)).toBeUndefined()
    expect(checkProducedRecords(vector('lz4'), 3)).toBeUndefined()
  })
})

describe('the header of a batch of a client', () => {
  const build = () =>
    buildRecordBatch([record(), record()], { producerId: 5, producerEpoch: 0, baseSequence: 0 })

  it('is as it should be', () => {
    expect(checkBatchHeader(build(), 0)).toBeUndefined()
    expect(checkBatchHeader(Buffer.concat([Buffer.alloc(9), build()]), 9)).toBeUndefined()
  })

  it.each([
    ['a base offset', (b: Buffer) => b.writeUInt8(1, 7)],
    ['fewer records than offsets', (b: Buffer) => b.writeInt32BE(1, 57)],
    ['more records than offsets', (b: Buffer) => b.writeInt32BE(3, 57)],
    ['no records', (b: Buffer) => b.writeInt32BE(0, 57)],
    ['a negative record count', (b: Buffer) => b.writeInt32BE(-2, 57)],
    ['a negative last offset delta', (b: Buffer) => b.writeInt32BE(-1, 23)],
    ['a last offset delta that would overflow', (b: Buffer) => b.writeInt32BE(0x7fff_ffff, 23)],
    ['the control flag', (b: Buffer) => b.writeUInt8(0x20, 22)],
    ['a producer without a sequence', (b: Buffer) => b.writeInt32BE(-1, 53)],
    ['a producer id beyond 2^53', (b: Buffer) => b.writeBigInt64BE(2n ** 60n, 43)],
  ])('is refused as an invalid record with %s', (_, change) => {
    expect(checkBatchHeader(changed(build(), change), 0)?.errorCode).toBe(ErrorCode.INVALID_RECORD)
  })

  it.each([5, 6, 7])('is refused with compression %i', id => {
    const batch = changed(build(), b => b.writeUInt8(id, 22))
    expect(checkBatchHeader(batch, 0)?.errorCode).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE)
  })

  it('is refused as corrupt with any byte changed that the checksum covers', () => {
    for (let at = 17; at < build().length; at++) {
      const batch = build()
      batch[at]! ^= 0x40
      expect(checkBatchHeader(batch, 0)?.errorCode, `byte ${at}`).toBe(ErrorCode.CORRUPT_MESSAGE)
    }
  })
})

describe('the records inside', () => {
  it('are valid at once when they are not compressed, and their greatest timestamp is told', () => {
    const batch = buildRecordBatch([record(NOW_MS + 3), record(NOW_MS + 9), record(NOW_MS - 5)])
    expect(validate(batch)).toEqual({
      kind: 'valid',
      maxTimestamp: BigInt(NOW_MS + 9),
      payloadBytes: batch.length - 61,
    })
  })

  it.each([1, 2, 3, 4])('are inflated and valid with compression %i', async id => {
    const plain = buildRecordBatch([record(NOW_MS + 3), record(NOW_MS + 9)])
    const batch = await compressRecordBatch(plain, codecForId(id)!)
    const result = validate(batch)
    expect(result).toBeInstanceOf(Promise)
    expect(await result).toEqual({
      kind: 'valid',
      maxTimestamp: BigInt(NOW_MS + 9),
      payloadBytes: plain.length - 61,
    })
  })

  it('correct a header that lies about the greatest timestamp', () => {
    const batch = changed(buildRecordBatch([record()]), b => b.writeBigInt64BE(1n, 35))
    const result = validate(batch)
    if (result instanceof Promise || result.kind !== 'valid') throw new Error('refused')
    writeMaxTimestamp(batch, 0, { type: 'CreateTime', maxTimestamp: result.maxTimestamp })
    expect(batch).toEqual(buildRecordBatch([record()]))
  })

  it('have the time of the append where the topic says so, whatever their own', () => {
    const batch = buildRecordBatch([record(1), record(2n ** 62n)])
    const appended = { timestampType: 'LogAppendTime', timestampBeforeMaxMs: 10 } as const
    const result = validate(batch, appended)
    expect(result).toMatchObject({ kind: 'valid', maxTimestamp: BigInt(NOW_MS) })
    writeMaxTimestamp(batch, 0, { type: 'LogAppendTime', maxTimestamp: BigInt(NOW_MS) })
    expect(hasValidCrc(batch, 0)).toBe(true)
    expect(readHeader(batch, 0)).toMatchObject({
      timestampType: 'LogAppendTime',
      maxTimestamp: BigInt(NOW_MS),
    })
  })

  it('without a timestamp are valid and leave the batch without one', () => {
    const batch = buildRecordBatch([{ value: Buffer.from('v') }])
    expect(validate(batch, { timestampBeforeMaxMs: 1 })).toMatchObject({ kind: 'valid', maxTimestamp: -1n })
  })

  it.each([
    ['too early', NOW_MS - 1001, false],
    ['as early as may be', NOW_MS - 1000, true],
    ['as late as may be', NOW_MS + 2000, true],
    ['too late', NOW_MS + 2001, false],
    ['far too late for a number', 2n ** 62n, false],
    ['far too early for a number', -(2n ** 62n), false],
  ])('are held against the allowed times: %s', (_, timestamp, isValid) => {
    const batch = buildRecordBatch([record(), record(timestamp), record()])
    const result = validate(batch, { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 2000 })
    if (isValid) expect(result).toMatchObject({ kind: 'valid' })
    else {
      expect(result).toMatchObject({
        kind: 'rejected',
        errorCode: ErrorCode.INVALID_TIMESTAMP,
        recordErrors: [{ batchIndex: 1, message: expect.stringContaining(`${timestamp}`) }],
      })
    }
  })

  it('of any time are valid without limits, and the greatest is exact', () => {
    fc.assert(
      fc.property(newRecords, records => {
        const timestamps = records.map(each => each.timestamp as bigint)
        const result = validate(buildRecordBatch(records), { timestampAfterMaxMs: undefined })
        const greatest = [...timestamps, -1n].sort((a, b) => Number(a - b)).at(-1)
        expect(result).toMatchObject({ kind: 'valid', maxTimestamp: greatest })
      }),
    )
  })

  it('of a client have no time of append', () => {
    const batch = buildRecordBatch([record(), record()], { timestampType: 'LogAppendTime' })
    for (const timestampType of ['CreateTime', 'LogAppendTime'] as const) {
      expect(validate(batch, { timestampType })).toMatchObject({
        kind: 'rejected',
        errorCode: ErrorCode.INVALID_TIMESTAMP,
        recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }],
      })
    }
  })

  it('need keys in a compacted topic, and those without are named', async () => {
    const plain = buildRecordBatch([
      record(),
      { value: Buffer.from('v'), timestamp: NOW_MS },
      record(NOW_MS, ''),
    ])
    expect(validate(plain)).toMatchObject({ kind: 'valid' })
    for (const batch of [plain, await compressRecordBatch(plain, codecForId(3)!)]) {
      expect(await validate(batch, { keysRequired: true })).toMatchObject({
        kind: 'rejected',
        errorCode: ErrorCode.INVALID_RECORD,
        recordErrors: [{ batchIndex: 1 }],
      })
    }
  })

  it('with a bad timestamp outweigh those without a key', () => {
    const batch = buildRecordBatch([{ timestamp: NOW_MS }, record(NOW_MS + 9_000_000)])
    expect(validate(batch, { keysRequired: true })).toMatchObject({
      errorCode: ErrorCode.INVALID_TIMESTAMP,
      recordErrors: [{ batchIndex: 0 }, { batchIndex: 1 }],
    })
  })

  it('are named a hundred at most', () => {
    const batch = buildRecordBatch(Array<NewRecord>(1000).fill({ timestamp: NOW_MS }))
    const result = validate(batch, { keysRequired: true })
    if (result instanceof Promise || result.kind !== 'rejected') throw new Error('not refused')
    expect(result.recordErrors).toHaveLength(100)
    expect(result.message).toContain('1000')
  })

  it.each([
    ['fewer than promised', (b: Buffer) => b.writeInt32BE(3, 57)],
    ['more than promised', (b: Buffer) => b.writeInt32BE(1, 57)],
    ['offsets that leave one out', (b: Buffer) => b.writeUInt8(4, 64)],
    ['lengths that cannot be', (b: Buffer) => b.writeUInt8(0x7f, 61)],
  ])('are invalid with %s', (_, change) => {
    const batch = changed(buildRecordBatch([record(), record()]), change)
    expect(validate(batch)).toMatchObject({
      kind: 'rejected',
      errorCode: ErrorCode.INVALID_RECORD,
      recordErrors: [],
    })
  })

  it('that would inflate beyond the bound are too large, which makes a producer split the batch', async () => {
    const plain = buildRecordBatch([{ value: Buffer.alloc(100_000), timestamp: NOW_MS }])
    for (const id of [1, 2, 3, 4]) {
      const batch = await compressRecordBatch(plain, codecForId(id)!)
      expect(await validateRecords(batch, 0, rules, inflateWithin(100_000))).toMatchObject({
        kind: 'rejected',
        errorCode: ErrorCode.MESSAGE_TOO_LARGE,
      })
    }
  })

  it('that cannot be inflated are invalid', async () => {
    const batch = changed(buildRecordBatch([record()]), b => b.writeUInt8(4, 22))
    expect(await validate(batch)).toMatchObject({ kind: 'rejected', errorCode: ErrorCode.INVALID_RECORD })
  })

  it('in very great number, or with very many headers, are walked with pauses for the event loop', async () => {
    const header = { key: Buffer.alloc(0), value: undefined }
    const headers = Array(300).fill(header)
    const many = buildRecordBatch([...Array<NewRecord>(120_000).fill({}), record(NOW_MS + 7)])
    const rich = buildRecordBatch(Array<NewRecord>(400).fill({ headers, timestamp: NOW_MS + 7 }))
    for (const batch of [many, rich]) {
      const result = validate(batch)
      expect(result).toBeInstanceOf(Promise)
      let pauses = 0
      const count = () => {
        pauses++
        immediate = setImmediate(count)
      }
      let immediate = setImmediate(count)
      expect(await result).toMatchObject({ kind: 'valid', maxTimestamp: BigInt(NOW_MS + 7) })
      clearImmediate(immediate)
      expect(pauses).toBeGreaterThan(0)
    }
  })

  it('with more than a million headers in one are refused', () => {
    const headers = Array(1_000_001).fill({ key: Buffer.alloc(0), value: undefined })
    expect(validate(buildRecordBatch([{ headers }]))).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD })
  })

  it('do not swallow a failure that is not theirs', async () => {
    const batch = await compressRecordBatch(buildRecordBatch([record()]), codecForId(1)!)
    const failing = () => Promise.reject(new Error('no thread'))
    await expect(validateRecords(batch, 0, rules, failing)).rejects.toThrow('no thread')
  })
})

describe('hostile batches', () => {
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 })

  /** All three steps, as the broker takes them. */
  const judge = async (batch: Buffer) =>
    checkProducedRecords(batch, 9) ?? checkBatchHeader(batch, 0) ?? (await validate(batch))

  it('with bytes changed under a fitting checksum are judged without an exception', async () => {
    await fc.assert(
      fc.asyncProperty(newRecords, fc.nat(4), mutations, async (records, id, changes) => {
        const codec = codecForId(id)
        const plain = buildRecordBatch(records)
        const batch = codec === undefined ? plain : await compressRecordBatch(plain, codec)
        for (const [at, byte] of changes) batch[21 + (at % (batch.length - 21))] = byte
        const verdict = await judge(withFixedCrc(batch))
        expect(['valid', 'rejected']).toContain(verdict.kind)
      }),
      { numRuns: 300 },
    )
  })

  it('with one byte changed are refused, or the byte is the leader epoch, which the broker sets', async () => {
    const batch = await compressRecordBatch(buildRecordBatch([record(), record()]), codecForId(3)!)
    for (let at = 0; at < batch.length; at++) {
      const damaged = Buffer.from(batch)
      damaged[at]! ^= 1
      const verdict = await judge(damaged)
      expect(verdict.kind, `byte ${at}`).toBe(at >= 12 && at < 16 ? 'valid' : 'rejected')
    }
  })

  it('of noise are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async noise => {
        expect((await judge(Buffer.from(noise))).kind).toBe('rejected')
      }),
    )
  })
})
