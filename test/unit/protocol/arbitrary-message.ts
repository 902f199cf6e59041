import fc from 'fast-check'
import { emptyValue } from '../../../src/protocol/codec.ts'
import type {
  Field,
  FieldOptions,
  Fields,
  FieldType,
  Message,
  VersionRange,
} from '../../../src/protocol/schema.ts'

const within = ({ since = 0, until = Number.MAX_SAFE_INTEGER }: VersionRange, version: number) =>
  version >= since && version <= until

const isNullable = ({ nullable }: FieldOptions, version: number) =>
  nullable === true || (nullable !== undefined && within(nullable, version))

const LONGEST_ARRAY = 3

const ofType = (type: FieldType, version: number): fc.Arbitrary<unknown> => {
  switch (type.kind) {
    case 'int8':
      return fc.integer({ min: -128, max: 127 })
    case 'int16':
      return fc.integer({ min: -32768, max: 32767 })
    case 'uint16':
      return fc.integer({ min: 0, max: 65535 })
    case 'int32':
      return fc.integer()
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff })
    case 'int64':
      return fc.maxSafeInteger()
    case 'long':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'float64':
      return fc.double({ noNaN: true })
    case 'bool':
      return fc.boolean()
    case 'string':
      return fc.string({ maxLength: 20, unit: 'grapheme' })
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 1500 }).map(bytes => Buffer.from(bytes))
    case 'uuid':
      return fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map(bytes => Buffer.from(bytes).toString('base64url'))
    case 'array':
      return fc.array(ofType(type.element, version), { maxLength: LONGEST_ARRAY })
    case 'struct':
      return ofFields(type.fields, version)
  }
}

const ofField = ({ type, options }: Field, version: number): fc.Arbitrary<unknown> => {
  const value = ofType(type, version)
  return isNullable(options, version) ? fc.option(value, { nil: null, freq: 4 }) : value
}

/** Any value that one version of a struct can carry; what the version lacks stands at its default. */
const ofFields = (fields: Fields, version: number): fc.Arbitrary<unknown> => {
  const carried = Object.entries(fields).filter(([, { options }]) => within(options, version))
  const record = fc.record(Object.fromEntries(carried.map(([key, field]) => [key, ofField(field, version)])))
  return record.map(value => ({ ...emptyValue(fields), ...value }))
}

export const arbitraryMessage = (message: Message, version: number): fc.Arbitrary<unknown> =>
  ofFields(message.fields, version)
