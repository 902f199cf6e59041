import { describe, expect, it } from 'vitest'

import {
  ControlRecordType,
  decodeControlRecordKey,
  decodeEndTransactionMarker,
  encodeControlRecordKey,
  encodeEndTransactionMarker,
} from '../../../../src/protocol/records/control-record.ts'
import { readRecords } from '../../../../src/protocol/records/record.ts'
import { readHeader } from '../../../../src/protocol/records/record-batch.ts'
import { buildRecordBatch } from '../../../../src/protocol/records/record-batch-builder.ts'
import { VECTOR_TIMESTAMP, vector } from './vectors.ts'

describe('control records', () => {
  it('that Kafka wrote are read', () => {
    const [record] = Array.from(readRecords(vector('commit-marker'), 0))
    expect(record?.offset).toBe(42)
    expect(decodeControlRecordKey(record?.key)).toBe(ControlRecordType.COMMIT)
    expect(decodeEndTransactionMarker(record?.value)).toBe(11)
  })

  it('are written byte for byte as Kafka writes them', () => {
    const { partitionLeaderEpoch, producerId, producerEpoch } = readHeader(vector('commit-marker'), 0)
    const key = encodeControlRecordKey(ControlRecordType.COMMIT)
    const marker = { key, value: encodeEndTransactionMarker(11), timestamp: VECTOR_TIMESTAMP }
    const options = { baseOffset: 42, partitionLeaderEpoch, producerId, producerEpoch }
    expect(buildRecordBatch([marker], { ...options, isTransactional: true, isControlBatch: true })).toEqual(
      vector('commit-marker'),
    )
  })

  it.each(Object.entries(ControlRecordType))('of type %s come back', (_, type) => {
    expect(decodeControlRecordKey(encodeControlRecordKey(type))).toBe(type)
  })

  it('of a type or version from the future are unknown or read as far as they are known', () => {
    expect(decodeControlRecordKey(Buffer.from([0, 0, 0, 7]))).toBe('unknown')
    expect(decodeControlRecordKey(Buffer.from([0, 0, 0xff, 0xff]))).toBe('unknown')
    expect(decodeControlRecordKey(Buffer.from([0, 9, 0, 1, 1, 2]))).toBe(ControlRecordType.COMMIT)
    expect(decodeEndTransactionMarker(Buffer.from([0, 9, 0, 0, 0, 5, 1]))).toBe(5)
  })

  it('without a whole key or value, or of a negative version, are invalid', () => {
    for (const key of [undefined, Buffer.alloc(0), Buffer.alloc(3), Buffer.from([0xff, 0xff, 0, 1])]) {
      expect(decodeControlRecordKey(key)).toBe('invalid')
    }
    for (const value of [undefined, Buffer.alloc(5), Buffer.from([0xff, 0xff, 0, 0, 0, 1])]) {
      expect(decodeEndTransactionMarker(value)).toBeUndefined()
    }
  })
})
