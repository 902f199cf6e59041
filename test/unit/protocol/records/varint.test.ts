import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  MAX_VARINT_BYTES,
  MAX_VARLONG_BYTES,
  sizeOfVarint,
  sizeOfVarlong,
  VarintReader,
  writeVarint,
  writeVarlong,
} from '../../../../src/protocol/records/varint.ts'

const readerAt = (position: number): VarintReader => {
  const reader = new VarintReader()
  reader.reset(position)
  return reader
}

const int32 = fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 }))
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }),
  fc.bigInt({ min: -200n, max: 200n }),
)

describe('varints', () => {
  it.each([
    [0, [0x00]],
    [-1, [0x01]],
    [1, [0x02]],
    [63, [0x7e]],
    [-64, [0x7f]],
    [64, [0x80, 0x01]],
    [2147483647, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    [-2147483648, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('%i is written as protobuf and Kafka write it', (value, bytes) => {
    const buffer = Buffer.alloc(MAX_VARINT_BYTES)
    const end = writeVarint(buffer, 0, value)
    expect([...buffer.subarray(0, end)]).toEqual(bytes)
  })

  it('come back as they were written, in the size that was announced', () => {
    fc.assert(
      fc.property(int32, fc.nat(3), (value, position) => {
        const buffer = Buffer.alloc(position + MAX_VARINT_BYTES)
        const end = writeVarint(buffer, position, value)
        expect(end - position).toBe(sizeOfVarint(value))
        const reader = readerAt(position)
        expect(reader.readVarint(buffer, end)).toBe(value)
        expect(reader).toMatchObject({ position: end, isValid: true })
      }),
    )
  })

  it('that are cut off are invalid at every length', () => {
    fc.assert(
      fc.property(int32, value => {
        const buffer = Buffer.alloc(MAX_VARINT_BYTES)
        const end = writeVarint(buffer, 0, value)
        const reader = readerAt(0)
        reader.readVarint(buffer, end - 1)
        expect(reader.isValid).toBe(false)
      }),
    )
  })

  it.each([
    ['longer than five bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ['of more than 32 bits', [0xff, 0xff, 0xff, 0xff, 0x1f]],
  ])('%s are refused', (_, bytes) => {
    const reader = readerAt(0)
    expect(reader.readVarint(Buffer.from(bytes), bytes.length)).toBe(0)
    expect(reader.isValid).toBe(false)
  })

  it('with bytes of zero at their end, within five, are read as Kafka reads them', () => {
    expect(readerAt(0).readVarint(Buffer.from([0x82, 0x80, 0x00]), 3)).toBe(1)
  })
})

describe('varlongs', () => {
  it('come back as they were written, in the size that was announced', () => {
    fc.assert(
      fc.property(int64, value => {
        const buffer = Buffer.alloc(MAX_VARLONG_BYTES)
        const end = writeVarlong(buffer, 0, value)
        expect(end).toBe(sizeOfVarlong(value))
        const reader = readerAt(0)
        expect(reader.readVarlong(buffer, end)).toBe(value)
        expect(reader).toMatchObject({ position: end, isValid: true })
      }),
    )
  })

  it('are written the same from a number and from a bigint', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        const fromNumber = Buffer.alloc(MAX_VARLONG_BYTES)
        const fromBigint = Buffer.alloc(MAX_VARLONG_BYTES)
        expect(writeVarlong(fromNumber, 0, value)).toBe(writeVarlong(fromBigint, 0, BigInt(value)))
        expect(fromNumber).toEqual(fromBigint)
        expect(sizeOfVarlong(value)).toBe(sizeOfVarlong(BigInt(value)))
      }),
    )
  })

  it('are read as numbers up to seven bytes, and are NaN beyond without moving on', () => {
    fc.assert(
      fc.property(int64, value => {
        const buffer = Buffer.alloc(MAX_VARLONG_BYTES)
        const end = writeVarlong(buffer, 0, value)
        const reader = readerAt(0)
        expect(reader.readNarrowVarlong(buffer, end)).toBe(end <= 7 ? Number(value) : Number.NaN)
        expect(reader).toMatchObject({ position: end <= 7 ? end : 0, isValid: true })
      }),
    )
  })

  it('that are cut off are invalid at every length', () => {
    fc.assert(
      fc.property(int64, value => {
        const buffer = Buffer.alloc(MAX_VARLONG_BYTES)
        const end = writeVarlong(buffer, 0, value) - 1
        const wide = readerAt(0)
        wide.readVarlong(buffer, end)
        expect(wide.isValid).toBe(false)
        const narrow = readerAt(0)
        const result = narrow.readNarrowVarlong(buffer, end)
        expect(narrow.isValid && !Number.isNaN(result)).toBe(false)
      }),
    )
  })

  it.each([
    ['longer than ten bytes', [...Array<number>(10).fill(0x80), 0x00]],
    ['of more than 64 bits', [...Array<number>(9).fill(0xff), 0x02]],
  ])('%s are refused', (_, bytes) => {
    const reader = readerAt(0)
    expect(reader.readVarlong(Buffer.from(bytes), bytes.length)).toBe(0n)
    expect(reader.isValid).toBe(false)
  })
})
