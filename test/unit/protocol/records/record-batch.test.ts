import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import * as batch from '../../../../src/protocol/records/record-batch.ts'
import { buildRecordBatch } from '../../../../src/protocol/records/record-batch-builder.ts'
import { VECTOR_TIMESTAMP, vector } from './vectors.ts'

describe('the header of a batch that Kafka wrote', () => {
  it('tells its parts', () => {
    expect(batch.readHeader(vector('none'), 0)).toEqual({
      baseOffset: 100,
      sizeBytes: vector('none').length,
      partitionLeaderEpoch: -1,
      compressionId: 0,
      timestampType: 'CreateTime',
      isTransactional: false,
      isControlBatch: false,
      hasDeleteHorizon: false,
      lastOffsetDelta: 4,
      baseTimestamp: VECTOR_TIMESTAMP,
      maxTimestamp: VECTOR_TIMESTAMP + 40_000_000_000n,
      producerId: -1,
      producerEpoch: -1,
      baseSequence: -1,
      recordCount: 5,
    })
    expect(batch.readMagic(vector('none'), 0)).toBe(2)
    expect(batch.readLastOffset(vector('none'), 0)).toBe(104)
    expect(batch.readLastSequence(vector('none'), 0)).toBe(batch.NO_SEQUENCE)
  })

  it('tells the producer, and the last sequence number past 2^31-1', () => {
    const bytes = vector('idempotent')
    expect(batch.readProducerId(bytes, 0)).toBe(4_000_000_000)
    expect(batch.readProducerEpoch(bytes, 0)).toBe(3)
    expect(batch.readBaseSequence(bytes, 0)).toBe(2147483646)
    expect(batch.readLastSequence(bytes, 0)).toBe(0)
    expect(batch.readPartitionLeaderEpoch(bytes, 0)).toBe(9)
  })

  it('tells timestamp type, transaction and control batches apart', () => {
    expect(batch.readTimestampType(vector('append-time'), 0)).toBe('LogAppendTime')
    expect(batch.isTransactional(vector('transactional'), 0)).toBe(true)
    expect(batch.isControlBatch(vector('transactional'), 0)).toBe(false)
    expect(batch.isControlBatch(vector('commit-marker'), 0)).toBe(true)
    expect(batch.hasDeleteHorizon(vector('commit-marker'), 0)).toBe(false)
  })

  it.each(['none', 'gzip', 'snappy-large', 'idempotent'])('has a checksum that fits: %s', name => {
    expect(batch.hasValidCrc(vector(name), 0)).toBe(true)
  })
})

describe('reading in place', () => {
  it('works at any position of a buffer', () => {
    const bytes = Buffer.concat([Buffer.alloc(13, 0xff), vector('idempotent')])
    expect(batch.readHeader(bytes, 13)).toEqual(batch.readHeader(vector('idempotent'), 0))
    expect(batch.hasValidCrc(bytes, 13)).toBe(true)
  })

  it('gives back every header that was written', () => {
    const int32 = fc.integer()
    const safe = fc.maxSafeInteger()
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    const header = fc.record({
      baseOffset: safe,
      sizeBytes: fc.constant(batch.RECORD_BATCH_OVERHEAD),
      partitionLeaderEpoch: int32,
      compressionId: fc.nat(7),
      timestampType: fc.constantFrom<batch.TimestampType>('CreateTime', 'LogAppendTime'),
      isTransactional: fc.boolean(),
      isControlBatch: fc.boolean(),
      hasDeleteHorizon: fc.boolean(),
      lastOffsetDelta: int32,
      baseTimestamp: int64,
      maxTimestamp: int64,
      producerId: safe,
      producerEpoch: fc.integer({ min: -32768, max: 32767 }),
      baseSequence: int32,
      recordCount: int32,
    })
    fc.assert(
      fc.property(header, written => {
        const bytes = Buffer.alloc(batch.RECORD_BATCH_OVERHEAD)
        batch.writeHeader(bytes, 0, written)
        expect(batch.readHeader(bytes, 0)).toEqual(written)
        expect(batch.hasValidCrc(bytes, 0)).toBe(true)
      }),
    )
  })

  it('shows an offset beyond 2^53 as no safe integer', () => {
    const bytes = vector('none')
    bytes.writeBigInt64BE(2n ** 62n + 1n, 0)
    expect(Number.isSafeInteger(batch.readBaseOffset(bytes, 0))).toBe(false)
  })

  it.each([0, 48, 0x7fffffff, -1])('calls the checksum of a batch with length %i wrong', length => {
    const bytes = vector('none')
    bytes.writeInt32BE(length, 8)
    expect(batch.hasValidCrc(bytes, 0)).toBe(false)
  })
})

describe('changing in place', () => {
  it('sets base offset and leader epoch and leaves the checksum as it is', () => {
    const bytes = vector('lz4')
    const crc = batch.readCrc(bytes, 0)
    batch.writeBaseOffset(bytes, 0, 5_000_000_000_000)
    batch.writePartitionLeaderEpoch(bytes, 0, 17)
    expect(batch.readBaseOffset(bytes, 0)).toBe(5_000_000_000_000)
    expect(batch.readLastOffset(bytes, 0)).toBe(5_000_000_000_004)
    expect(batch.readPartitionLeaderEpoch(bytes, 0)).toBe(17)
    expect(batch.readCrc(bytes, 0)).toBe(crc)
    expect(batch.hasValidCrc(bytes, 0)).toBe(true)
  })

  it('sets the time of the append with a checksum that fits, and touches nothing else', () => {
    const bytes = vector('transactional')
    const before = batch.readHeader(bytes, 0)
    batch.writeMaxTimestamp(bytes, 0, { type: 'LogAppendTime', maxTimestamp: 1234n })
    expect(batch.readHeader(bytes, 0)).toEqual({
      ...before,
      timestampType: 'LogAppendTime',
      maxTimestamp: 1234n,
    })
    expect(batch.hasValidCrc(bytes, 0)).toBe(true)
  })

  it('leaves every byte alone when type and maximal timestamp are right already', () => {
    const bytes = vector('none')
    const maxTimestamp = batch.readMaxTimestamp(bytes, 0)
    bytes[60] = 0xff // A checksum written anew would show.
    const before = Buffer.from(bytes)
    batch.writeMaxTimestamp(bytes, 0, { type: 'CreateTime', maxTimestamp })
    expect(bytes).toEqual(before)
  })
})

describe('sequence numbers', () => {
  it('begin again at 0 after 2^31-1, both ways', () => {
    expect(batch.incrementSequence(2147483647, 1)).toBe(0)
    expect(batch.incrementSequence(2147483640, 17)).toBe(9)
    expect(batch.decrementSequence(0, 1)).toBe(2147483647)
    expect(batch.decrementSequence(9, 17)).toBe(2147483640)
  })

  it('decrement undoes increment', () => {
    const sequence = fc.integer({ min: 0, max: 2147483647 })
    fc.assert(
      fc.property(sequence, sequence, (start, step) => {
        const moved = batch.incrementSequence(start, step)
        expect(moved).toBeGreaterThanOrEqual(0)
        expect(moved).toBeLessThanOrEqual(2147483647)
        expect(batch.decrementSequence(moved, step)).toBe(start)
      }),
    )
  })

  it('of a batch run over its offsets', () => {
    const bytes = buildRecordBatch([{}, {}, {}], { producerId: 1, producerEpoch: 0, baseSequence: 10 })
    expect(batch.readLastSequence(bytes, 0)).toBe(12)
  })
})
