import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ErrorCode } from '../../../../src/protocol/error-code.ts'
import {
  BATCH_CORRUPT,
  BATCH_INCOMPLETE,
  type BatchVisitor,
  endOfWholeBatches,
  type ParseRange,
  parseBatches,
  sizeOfBatchAt,
} from '../../../../src/protocol/records/batch-parser.ts'
import { readBaseOffset, writeBaseOffset } from '../../../../src/protocol/records/record-batch.ts'
import { buildRecordBatch } from '../../../../src/protocol/records/record-batch-builder.ts'
import { newRecords } from './arbitrary-records.ts'
import { vector } from './vectors.ts'

const one = buildRecordBatch([{ value: Buffer.from('one') }], { baseOffset: 1 })
const two = buildRecordBatch([{ value: Buffer.from('the second') }], { baseOffset: 2 })
const three = buildRecordBatch([{ value: Buffer.from('third') }], { baseOffset: 3 })
const all = Buffer.concat([one, two, three])

/** Parses and gathers the base offsets of the batches that were accepted. */
function parse(bytes: Buffer, visitor: Partial<BatchVisitor> = {}, range?: ParseRange) {
  const accepted: number[] = []
  const end = parseBatches(
    bytes,
    {
      onBatch(buffer, position) {
        accepted.push(readBaseOffset(buffer, position))
        return 'continue'
      },
      ...visitor,
    },
    range,
  )
  return { accepted, end }
}

describe('parsing batches', () => {
  it('accepts them in order up to the end', () => {
    expect(parse(all)).toEqual({ accepted: [1, 2, 3], end: { kind: 'done', position: all.length } })
  })

  it('of an empty range is done at once', () => {
    expect(parse(Buffer.alloc(0))).toEqual({ accepted: [], end: { kind: 'done', position: 0 } })
  })

  it('keeps to its range', () => {
    const range = { start: one.length, end: one.length + two.length }
    expect(parse(all, {}, range)).toEqual({ accepted: [2], end: { kind: 'done', position: range.end } })
  })

  it('skips without looking at the checksum', () => {
    const bytes = Buffer.from(all)
    bytes[one.length + 70]! ^= 1
    const skipSecond: Partial<BatchVisitor> = {
      onHeader: (buffer, position) => (readBaseOffset(buffer, position) === 2 ? 'skip' : 'accept'),
    }
    expect(parse(bytes, skipSecond)).toEqual({
      accepted: [1, 3],
      end: { kind: 'done', position: all.length },
    })
  })

  it('stops in front of the batch where the visitor says so, before or after its checksum', () => {
    const end = { kind: 'stopped', position: one.length }
    const isSecond = (buffer: Buffer, position: number) => readBaseOffset(buffer, position) === 2
    expect(parse(all, { onHeader: (b, p) => (isSecond(b, p) ? 'stop' : 'accept') }).end).toEqual(end)
    expect(parse(all, { onBatch: (b, p) => (isSecond(b, p) ? 'stop' : 'continue') }).end).toEqual(end)
  })

  it('cut off anywhere gives the whole batches and how many bytes the next one needs', () => {
    for (let length = one.length; length < one.length + two.length; length++) {
      const { accepted, end } = parse(all.subarray(0, length))
      const bytesOfSecond = length - one.length
      expect(accepted).toEqual([1])
      if (bytesOfSecond === 0) expect(end).toEqual({ kind: 'done', position: one.length })
      else
        expect(end).toEqual({
          kind: 'incomplete',
          position: one.length,
          neededBytes: bytesOfSecond < 12 ? 17 : two.length,
        })
    }
  })

  it('calls a batch corrupt whose checksum does not fit, and has consumed those before it', () => {
    const bytes = Buffer.from(all)
    bytes[one.length + 70]! ^= 1
    expect(parse(bytes)).toMatchObject({
      accepted: [1],
      end: { kind: 'invalid', position: one.length, errorCode: ErrorCode.CORRUPT_MESSAGE },
    })
  })

  it.each([
    ['a length below any format', (b: Buffer) => b.writeInt32BE(13, 8)],
    ['a negative length', (b: Buffer) => b.writeInt32BE(-1, 8)],
    ['a length below its own format', (b: Buffer) => b.writeInt32BE(48, 8)],
    ['a magic of 3', (b: Buffer) => b.writeInt8(3, 16)],
    ['a magic of -1', (b: Buffer) => b.writeInt8(-1, 16)],
    ['zeroes', (b: Buffer) => b.fill(0)],
  ])('calls %s corrupt', (_, damage) => {
    const bytes = Buffer.from(one)
    damage(bytes)
    expect(parse(bytes).end).toMatchObject({
      kind: 'invalid',
      position: 0,
      errorCode: ErrorCode.CORRUPT_MESSAGE,
    })
  })

  it('calls a length beyond its limit corrupt instead of asking for the bytes', () => {
    const bytes = Buffer.from(one)
    bytes.writeInt32BE(0x7fff_fff0, 8)
    expect(parse(bytes).end.kind).toBe('incomplete')
    expect(parse(bytes, {}, { maxBatchSizeBytes: 1_000_000 }).end).toMatchObject({
      kind: 'invalid',
      errorCode: ErrorCode.CORRUPT_MESSAGE,
    })
    expect(parse(all, {}, { maxBatchSizeBytes: two.length }).accepted).toEqual([1, 2, 3])
    expect(parse(all, {}, { maxBatchSizeBytes: two.length - 1 }).accepted).toEqual([1])
  })

  it('calls an offset that is no safe integer corrupt', () => {
    const bytes = Buffer.from(one)
    bytes.writeBigInt64BE(2n ** 60n, 0)
    expect(parse(bytes).end).toMatchObject({ kind: 'invalid', errorCode: ErrorCode.CORRUPT_MESSAGE })
  })

  it.each(['magic-0', 'magic-1', 'magic-0-gzip', 'magic-1-gzip'])('names old messages: %s', name => {
    expect(parse(vector(name)).end).toMatchObject({
      kind: 'invalid',
      position: 0,
      errorCode: ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
    })
  })

  it('hands old messages to a visitor that wants them, their checksum verified', () => {
    const positions: number[] = []
    const gather: Partial<BatchVisitor> = {
      onOldMessage(_, position) {
        positions.push(position)
        return 'continue'
      },
    }
    expect(parse(vector('magic-1'), gather).end.kind).toBe('done')
    expect(positions).toEqual([0, 36])
    const damaged = vector('magic-1')
    damaged[70]! ^= 1
    expect(parse(damaged, gather).end).toMatchObject({
      kind: 'invalid',
      position: 36,
      errorCode: ErrorCode.CORRUPT_MESSAGE,
    })
  })

  it('goes on where it ended once more bytes are there', () => {
    fc.assert(
      fc.property(
        fc.array(newRecords, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1 }),
        (sets, step) => {
          const bytes = Buffer.concat(
            sets.map((records, index) => buildRecordBatch(records, { baseOffset: index })),
          )
          const accepted: number[] = []
          let position = 0
          let available = 0
          while (position < bytes.length) {
            available = Math.min(bytes.length, available + 1 + (step % 97))
            const result = parse(bytes, {}, { start: position, end: available })
            accepted.push(...result.accepted)
            expect(result.end.kind).not.toBe('invalid')
            position = result.end.position
          }
          expect(accepted).toEqual(sets.map((_, index) => index))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('of a batch with any one byte changed is refused, unless the byte is not under the checksum', () => {
    const bytes = Buffer.concat([vector('idempotent'), vector('idempotent')])
    const size = bytes.length / 2
    for (let at = 0; at < size; at++) {
      for (const bit of [0x01, 0x80]) {
        const damaged = Buffer.from(bytes)
        damaged[at]! ^= bit
        const { end } = parse(damaged)
        const isFree = at < 8 || (at >= 12 && at < 16)
        if (!isFree) expect(end, `byte ${at}`).toMatchObject({ position: 0 })
        if (!isFree) expect(end.kind, `byte ${at}`).not.toBe('done')
      }
    }
  })

  it('of random bytes never throws and stays within its range', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), noise => {
        const bytes = Buffer.from(noise)
        if (bytes.length > 16) bytes[16] = bytes[16]! % 4
        const { end } = parse(bytes, { onOldMessage: () => 'continue' })
        expect(end.position).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })
})

describe('the next batch', () => {
  it('has its size when it is whole', () => {
    expect(sizeOfBatchAt(all, 0, all.length)).toBe(one.length)
    expect(sizeOfBatchAt(all, one.length, one.length + two.length)).toBe(two.length)
  })

  it('is incomplete without its last byte, and corrupt without a possible length', () => {
    expect(sizeOfBatchAt(all, 0, one.length - 1)).toBe(BATCH_INCOMPLETE)
    expect(sizeOfBatchAt(all, 0, 11)).toBe(BATCH_INCOMPLETE)
    expect(sizeOfBatchAt(Buffer.alloc(20), 0, 20)).toBe(BATCH_CORRUPT)
  })
})

describe('trimming to whole batches', () => {
  it('ends behind the last whole batch', () => {
    expect(endOfWholeBatches(all, 0, all.length)).toBe(all.length)
    expect(endOfWholeBatches(all, 0, all.length - 1)).toBe(one.length + two.length)
    expect(endOfWholeBatches(all, one.length, one.length + 5)).toBe(one.length)
  })

  it('ends in front of what is no batch', () => {
    const bytes = Buffer.concat([one, Buffer.alloc(100)])
    writeBaseOffset(bytes, 0, 7)
    expect(endOfWholeBatches(bytes, 0, bytes.length)).toBe(one.length)
  })
})
