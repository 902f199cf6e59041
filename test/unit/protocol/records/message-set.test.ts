import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { oldMessageHasValidCrc, readOldMessage } from '../../../../src/protocol/records/message-set.ts'
import { readMagic } from '../../../../src/protocol/records/record-batch.ts'
import { VECTOR_NAMES, VECTOR_TIMESTAMP, vector } from './vectors.ts'

const OLD = VECTOR_NAMES.filter(name => name.startsWith('magic-'))

describe('messages of magic 0 and 1 that Kafka wrote', () => {
  it('show their structure', () => {
    const bytes = vector('magic-1')
    const first = readOldMessage(bytes, 0)!
    expect(first).toMatchObject({
      offset: 3,
      sizeBytes: 36,
      magic: 1,
      compressionId: 0,
      timestamp: VECTOR_TIMESTAMP,
      timestampType: 'CreateTime',
      keySizeBytes: 1,
      valueSizeBytes: 1,
    })
    expect(bytes.toString('latin1', first.keyPosition, first.keyPosition + 1)).toBe('k')
    expect(bytes.toString('latin1', first.valuePosition, first.valuePosition + 1)).toBe('v')
    expect(readOldMessage(bytes, 36)).toMatchObject({ offset: 4, keySizeBytes: -1, valueSizeBytes: 1 })
  })

  it('have no timestamp in magic 0, and a compressed value where the attributes say so', () => {
    expect(readOldMessage(vector('magic-0'), 0)).toMatchObject({ magic: 0, timestamp: -1n, keySizeBytes: 1 })
    expect(readOldMessage(vector('magic-0-gzip'), 0)).toMatchObject({ compressionId: 1, keySizeBytes: -1 })
    expect(readOldMessage(vector('magic-1-gzip'), 0)).toMatchObject({ compressionId: 1, magic: 1 })
  })

  it.each(OLD)('have a checksum that fits until a byte changes: %s', name => {
    const { sizeBytes } = readOldMessage(vector(name), 0)!
    expect(readMagic(vector(name), 0)).toBeLessThan(2)
    expect(oldMessageHasValidCrc(vector(name), 0)).toBe(true)
    for (let at = 12; at < sizeBytes; at++) {
      const damaged = vector(name)
      damaged[at]! ^= 0x10
      expect(oldMessageHasValidCrc(damaged, 0), `byte ${at}`).toBe(false)
    }
  })

  it.each(OLD)('are refused when cut off or when their lengths do not add up: %s', name => {
    const { sizeBytes, keyPosition, valuePosition } = readOldMessage(vector(name), 0)!
    for (let length = 0; length < sizeBytes; length++) {
      expect(readOldMessage(vector(name).subarray(0, length), 0)).toBeUndefined()
    }
    for (const at of [8, keyPosition - 4, valuePosition - 4]) {
      for (const length of [0x7fff_ffff, -1000, 3]) {
        const damaged = vector(name)
        if (damaged.readInt32BE(at) < 0 && length < 0) continue
        damaged.writeInt32BE(length, at)
        expect(readOldMessage(damaged, 0), `${length} at ${at}`).toBeUndefined()
      }
    }
  })

  it('never throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), noise => {
        const bytes = Buffer.from(noise)
        if (bytes.length > 16) {
          bytes.writeInt32BE(bytes.length - 12, 8)
          bytes[16] = bytes[16]! % 3
        }
        const message = readOldMessage(bytes, 0)
        expect(message?.sizeBytes ?? bytes.length).toBe(bytes.length)
        if (bytes.length >= 17) oldMessageHasValidCrc(bytes, 0)
      }),
    )
  })

  it('are not record batches', () => {
    expect(readOldMessage(vector('none'), 0)).toBeUndefined()
  })
})
