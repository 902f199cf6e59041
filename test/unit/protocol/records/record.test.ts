import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { codecForId } from '../../../../src/protocol/records/compression.ts'
import { InvalidRecordError, openRecords, readRecords } from '../../../../src/protocol/records/record.ts'
import {
  isTransactional,
  RECORD_BATCH_OVERHEAD,
  readCompressionId,
  readHeader,
} from '../../../../src/protocol/records/record-batch.ts'
import {
  buildRecordBatch,
  compressRecordBatch,
  type NewRecord,
  RecordBatchBuilder,
} from '../../../../src/protocol/records/record-batch-builder.ts'
import { newRecords } from './arbitrary-records.ts'
import { VECTOR_TIMESTAMP, vector } from './vectors.ts'

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString()

/** The records of a batch with their bytes as text, inflated where needed. */
async function recordsOf(batch: Buffer) {
  const codec = codecForId(readCompressionId(batch, 0))
  const inflated = await codec?.decompress(batch.subarray(RECORD_BATCH_OVERHEAD), 1_000_000)
  return Array.from(readRecords(batch, 0, inflated), record => ({
    ...record,
    key: text(record.key),
    value: text(record.value),
    headers: record.headers.map(header => ({ key: text(header.key), value: text(header.value) })),
  }))
}

/** What is to be read of records that were written at offsets from 0. */
const expected = (records: readonly NewRecord[]) =>
  records.map((record, offset) => ({
    offset,
    timestamp: BigInt(record.timestamp ?? -1),
    key: record.key && Buffer.from(record.key),
    value: record.value && Buffer.from(record.value),
    headers: (record.headers ?? []).map(header => ({
      key: Buffer.from(header.key),
      value: header.value && Buffer.from(header.value),
    })),
  }))

describe('the records of a batch that Kafka wrote', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'are read with nulls, headers and times: %s',
    async name => {
      expect(await recordsOf(vector(name))).toEqual([
        { offset: 100, timestamp: VECTOR_TIMESTAMP, key: 'key', value: 'value', headers: [] },
        {
          offset: 101,
          timestamp: VECTOR_TIMESTAMP + 5n,
          key: undefined,
          value: 'value without key',
          headers: [],
        },
        {
          offset: 102,
          timestamp: VECTOR_TIMESTAMP - 1_000_000n,
          key: 'tombstone',
          value: undefined,
          headers: [],
        },
        {
          offset: 103,
          timestamp: VECTOR_TIMESTAMP + 40_000_000_000n,
          key: 'with headers',
          value: 'grüße',
          headers: [
            { key: 'trace', value: 'abc' },
            { key: 'null', value: undefined },
            { key: '', value: '' },
          ],
        },
        { offset: 104, timestamp: VECTOR_TIMESTAMP, key: '', value: '', headers: [] },
      ])
    },
  )

  it('are built here byte for byte as Kafka builds them', () => {
    const written = vector('none')
    const records = Array.from(readRecords(written, 0))
    expect(buildRecordBatch(records, { baseOffset: 100 })).toEqual(written)
    const { producerId, producerEpoch, baseSequence, partitionLeaderEpoch } = readHeader(
      vector('idempotent'),
      0,
    )
    expect(
      buildRecordBatch(Array.from(readRecords(vector('idempotent'), 0)), {
        producerId,
        producerEpoch,
        baseSequence,
        partitionLeaderEpoch,
      }),
    ).toEqual(vector('idempotent'))
  })

  it('all have the time of the append where the batch says so', async () => {
    const [record] = await recordsOf(vector('append-time'))
    expect(record?.timestamp).toBe(readHeader(vector('append-time'), 0).maxTimestamp)
    expect(record?.timestamp).not.toBe(VECTOR_TIMESTAMP)
  })
})

describe('records that are built', () => {
  it('come back equal', () => {
    fc.assert(
      fc.property(newRecords, records => {
        const batch = buildRecordBatch(records)
        expect(Array.from(readRecords(batch, 0))).toEqual(expected(records))
        const timestamps = records.map(record => BigInt(record.timestamp ?? -1n))
        expect(readHeader(batch, 0)).toMatchObject({
          recordCount: records.length,
          lastOffsetDelta: records.length - 1,
          baseTimestamp: timestamps[0],
          maxTimestamp: [...timestamps, -1n].sort((a, b) => Number(a - b)).at(-1),
        })
      }),
    )
  })

  it('come back equal through every codec', async () => {
    await fc.assert(
      fc.asyncProperty(newRecords, fc.integer({ min: 1, max: 4 }), async (records, id) => {
        const codec = codecForId(id)!
        const plain = buildRecordBatch(records, {
          producerId: 9,
          producerEpoch: 1,
          baseSequence: 4,
          isTransactional: true,
        })
        const compressed = await compressRecordBatch(plain, codec)
        const payload = compressed.subarray(RECORD_BATCH_OVERHEAD)
        const inflated = await codec.decompress(payload, plain.length)
        expect(Array.from(readRecords(compressed, 0, inflated))).toEqual(expected(records))
        expect(readCompressionId(compressed, 0)).toBe(id)
        expect(isTransactional(compressed, 0)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('may leave offsets out, as compaction does', () => {
    const builder = new RecordBatchBuilder()
    builder.append({ key: Buffer.from('a') }, 2)
    builder.append({ key: Buffer.from('b') }, 7)
    const batch = builder.build({ baseOffset: 40 })
    expect(Array.from(readRecords(batch, 0), record => record.offset)).toEqual([42, 47])
    expect(readHeader(batch, 0)).toMatchObject({ lastOffsetDelta: 7, recordCount: 2 })
  })

  it('leave nothing behind in a builder that is used again', () => {
    const builder = new RecordBatchBuilder()
    builder.append({ value: Buffer.alloc(5000, 1), timestamp: 77 })
    expect(builder.recordCount).toBe(1)
    const sizeBytes = builder.sizeBytes
    const first = builder.build()
    expect(first.length).toBe(sizeBytes)
    const copy = Buffer.from(first)
    builder.append({ value: Buffer.from('b'), timestamp: 5 })
    expect(builder.build()).toEqual(buildRecordBatch([{ value: Buffer.from('b'), timestamp: 5 }]))
    expect(first).toEqual(copy)
  })
})

describe('damaged records', () => {
  const build = (): Buffer =>
    buildRecordBatch([
      {
        key: Buffer.from('k'),
        value: Buffer.from('value'),
        headers: [{ key: Buffer.from('h'), value: undefined }],
      },
      { value: Buffer.from('second') },
    ])

  const damageOf = (change: (batch: Buffer) => void): string => {
    const batch = build()
    change(batch)
    try {
      Array.from(readRecords(batch, 0))
    } catch (error) {
      if (error instanceof InvalidRecordError) return error.message
      throw error
    }
    return 'none'
  }

  it.each([
    ['a length beyond the batch', (b: Buffer) => b.writeUInt8(0x7e, 61)],
    ['a negative length', (b: Buffer) => b.writeUInt8(0x01, 61)],
    ['a length of zero', (b: Buffer) => b.writeUInt8(0x00, 61)],
    ['a key beyond the record', (b: Buffer) => b.writeUInt8(0x7e, 65)],
    ['a value beyond the record', (b: Buffer) => b.writeUInt8(0x7e, 67)],
    ['a shorter value', (b: Buffer) => b.writeUInt8(0x02, 67)],
    ['a negative number of headers', (b: Buffer) => b.writeUInt8(0x03, 73)],
    ['more headers than there can be', (b: Buffer) => b.writeUInt8(0x7e, 73)],
    ['a header without a key', (b: Buffer) => b.writeUInt8(0x01, 74)],
    ['a header that is longer than its record', (b: Buffer) => b.writeUInt8(0x7e, 74)],
    ['an overlong varint', (b: Buffer) => b.fill(0xff, 61)],
    ['fewer records than there are', (b: Buffer) => b.writeInt32BE(1, 57)],
    ['more records than there are', (b: Buffer) => b.writeInt32BE(3, 57)],
    ['a number of records that lies', (b: Buffer) => b.writeInt32BE(0x7fff_ffff, 57)],
  ])('are refused: %s', (_, change) => {
    expect(damageOf(change)).toMatch(/^batch at offset 0: /)
  })

  it('never throw anything else, whatever the bytes', () => {
    fc.assert(
      fc.property(
        newRecords,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (records, changes) => {
          const batch = buildRecordBatch(records)
          for (const [at, byte] of changes) {
            batch[RECORD_BATCH_OVERHEAD + (at % (batch.length - RECORD_BATCH_OVERHEAD))] = byte
          }
          try {
            for (const record of readRecords(batch, 0)) {
              expect(record.key?.length ?? 0).toBeLessThan(batch.length)
            }
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidRecordError)
          }
        },
      ),
    )
  })

  it('cost no memory for the records that were promised', () => {
    const batch = build()
    batch.writeInt32BE(0x7fff_ffff, 57)
    const cursor = openRecords(batch, 0)
    let count = 0
    while (cursor.advance()) count++
    expect(count).toBe(2)
    expect(cursor.problem).toBe('record 2 has a length that cannot be')
  })
})
