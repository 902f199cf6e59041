import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecOf, encodeMessage } from '../../../src/protocol/codec.ts'
import { fetchApi } from '../../../src/protocol/messages/fetch.ts'
import { APIS } from '../../../src/protocol/messages/messages.ts'
import { metadataApi } from '../../../src/protocol/messages/metadata.ts'
import { offsetCommitApi } from '../../../src/protocol/messages/offset-commit.ts'
import { produceApi } from '../../../src/protocol/messages/produce.ts'
import { DEFAULT_OBJECT_BUDGET, DecodeError, Reader } from '../../../src/protocol/reader.ts'
import type { Api, Fields, FieldType, Message } from '../../../src/protocol/schema.ts'
import { EncodeError, Writer } from '../../../src/protocol/writer.ts'
import { arbitraryMessage } from './arbitrary-message.ts'

const SOURCES = join(import.meta.dirname, '../../../src')

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'strict' in value && 'fields' in value

const everyMessage = async (): Promise<Message[]> => {
  const messages = (Object.values(APIS) as Api[]).flatMap(({ request, response }) => [request, response])
  for (const file of globSync('{protocol/messages,metadata/records,coordinator/records/*}/*.ts', {
    cwd: SOURCES,
  })) {
    const exports = (await import(pathToFileURL(join(SOURCES, file)).href)) as Record<string, unknown>
    messages.push(...Object.values(exports).filter(isMessage))
  }
  return messages
}

const messages = await everyMessage()

const versionsOf = ({ versions: [first, last] }: Message): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Every object, array, string and run of bytes that a decoded value consists of. */
const countObjects = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countObjects(item), 1)
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return 1
  return Object.values(value).reduce((sum: number, item) => sum + countObjects(item), 1)
}

describe('every version of every message', () => {
  it('there are some 280 of them', () => {
    expect(messages.length).toBeGreaterThan(270)
  })

  it('decodes to what was encoded, to the last byte', () => {
    for (const message of messages) {
      for (const version of versionsOf(message)) {
        const codec = codecOf(message, version)
        const property = fc.property(arbitraryMessage(message, version), value => {
          const reader = new Reader(encodeMessage(message, version, value as never))
          expect(codec.decode(reader)).toEqual(value)
          expect(reader.remaining).toBe(0)
        })
        fc.assert(property, { numRuns: 15 })
      }
    }
  })

  it('cut short is refused', () => {
    for (const message of messages) {
      const version = message.versions[1]
      const property = fc.property(arbitraryMessage(message, version), fc.nat(), (value, position) => {
        const whole = encodeMessage(message, version, value as never)
        fc.pre(whole.length > 0)
        const cut = new Reader(whole.subarray(0, position % whole.length))
        expect(() => codecOf(message, version).decode(cut)).toThrow(DecodeError)
      })
      fc.assert(property, { numRuns: 20 })
    }
  })

  it('with bytes changed throws nothing but a DecodeError and makes no more objects than the frame has bytes', () => {
    for (const message of messages) {
      const version = message.versions[1]
      const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 })
      const property = fc.property(arbitraryMessage(message, version), changes, (value, changed) => {
        const bytes = Buffer.from(encodeMessage(message, version, value as never))
        for (const [position, byte] of changed) if (bytes.length > 0) bytes[position % bytes.length] = byte
        const decoded = decodeOrUndefined(message, version, bytes)
        const defaults = countFields(message.fields)
        if (decoded !== undefined)
          expect(countObjects(decoded)).toBeLessThanOrEqual((bytes.length + 1) * defaults)
      })
      fc.assert(property, { numRuns: 40 })
    }
  })

  it('of random bytes throws nothing but a DecodeError', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      for (const message of messages) {
        for (const version of [message.versions[0], message.versions[1]]) {
          decodeOrUndefined(message, version, Buffer.from(bytes))
        }
      }
    })
    fc.assert(property, { numRuns: 50 })
  })
})

/** The most objects that one byte can make: an element of an array whose fields are all absent or empty. */
const countFields = (fields: Fields): number =>
  Object.values(fields).reduce((sum, { type }) => sum + 1 + countFieldsOfType(type), 1)

const countFieldsOfType = (type: FieldType): number => {
  if (type.kind === 'array') return countFieldsOfType(type.element)
  return type.kind === 'struct' ? countFields(type.fields) : 0
}

const decodeOrUndefined = (message: Message, version: number, bytes: Buffer): unknown => {
  try {
    return codecOf(message, version).decode(new Reader(bytes))
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

describe('a decoder', () => {
  it('refuses a count that the bytes left cannot hold before it allocates', () => {
    const writer = new Writer()
    writer.int32(0x7fff_ffff)
    expect(() => codecOf(metadataApi.request, 0).decode(new Reader(writer.finishAsBuffer()))).toThrow(
      /claimed/,
    )
  })

  it('refuses more elements than one message may have, however small', () => {
    const writer = new Writer()
    const count = DEFAULT_OBJECT_BUDGET + 1
    writer.int32(count)
    writer.bytes(Buffer.alloc(count * 2))
    expect(() => codecOf(metadataApi.request, 0).decode(new Reader(writer.finishAsBuffer()))).toThrow(
      /more objects/,
    )
  })

  it('refuses a header of more tagged fields than one message may have', () => {
    const writer = new Writer()
    const count = DEFAULT_OBJECT_BUDGET + 1
    writer.unsignedVarint(count)
    writer.bytes(Buffer.alloc(count * 2))
    expect(() => new Reader(writer.finishAsBuffer()).skipTaggedFields()).toThrow(/more objects/)
  })

  it('refuses null where there must be a value', () => {
    expect(() => codecOf(offsetCommitApi.request, 2).decode(new Reader(Buffer.from([0xff, 0xff])))).toThrow(
      /null/,
    )
  })

  it('refuses a varint of more than 32 bits', () => {
    const reader = new Reader(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]))
    expect(() => reader.unsignedVarint()).toThrow(/32 bits/)
  })

  it('passes over tagged fields that it does not know', () => {
    const empty = encodeMessage(metadataApi.request, 12, { topics: null })
    const withTag = Buffer.concat([empty.subarray(0, empty.length - 1), Buffer.from([1, 99, 3, 1, 2, 3])])
    const codec = codecOf(metadataApi.request, 12)
    expect(codec.decode(new Reader(withTag))).toEqual(codec.decode(new Reader(empty)))
  })

  it('reads an offset beyond the safe integers as a number that no range check accepts', () => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(2n ** 62n)
    expect(Number.isSafeInteger(new Reader(bytes).int64())).toBe(false)
  })
})

describe('an encoder', () => {
  it('refuses what a request of that version cannot carry', () => {
    const request = { topics: [{ name: 't' }], allowAutoTopicCreation: false }
    expect(() => encodeMessage(metadataApi.request, 1, request)).toThrow(EncodeError)
    expect(encodeMessage(metadataApi.request, 4, request).length).toBeGreaterThan(0)
  })

  it('leaves out of a response what its version cannot carry', () => {
    const response = { throttleTimeMs: 5, responses: [] }
    expect(encodeMessage(produceApi.response, 0, response).length).toBe(4)
  })

  it('passes large record bytes on without copying them', () => {
    const records = Buffer.alloc(100_000, 7)
    const writer = new Writer()
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 1, records }
    codecOf(fetchApi.response, 4).encode(writer, { responses: [{ topic: 't', partitions: [partition] }] })
    expect(writer.finish()).toContain(records)
  })

  it('counts parts that lie elsewhere in the length of the records', () => {
    const elsewhere = { sizeBytes: 5_000 }
    const writer = new Writer()
    const partition = {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 1,
      records: [Buffer.from('abc'), elsewhere],
    }
    codecOf(fetchApi.response, 4).encode(writer, { responses: [{ topic: 't', partitions: [partition] }] })
    const parts = writer.finish()
    expect(parts.at(-1)).toBe(elsewhere)
    const front = parts[0] as Buffer
    expect(front.readInt32BE(front.length - 7)).toBe(5_003)
  })
})
