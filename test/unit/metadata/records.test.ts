import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bootstrapRecords } from '../../../src/metadata/bootstrap-records.ts'
import { isOnlineDirectory, isReservedDirectory } from '../../../src/metadata/image/directory-id.ts'
import {
  downgradeLosesMetadata,
  METADATA_VERSION_OF,
  metadataVersionFromName,
  metadataVersionName,
  recordVersion,
} from '../../../src/metadata/metadata-version.ts'
import type { MetadataRecordName } from '../../../src/metadata/records/metadata-records.ts'
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  METADATA_RECORDS,
  metadataRecord,
} from '../../../src/metadata/records/metadata-records.ts'
import { collisionKey, invalidTopicName } from '../../../src/metadata/topic-name.ts'
import { DecodeError } from '../../../src/protocol/reader.ts'
import { EncodeError } from '../../../src/protocol/writer.ts'
import { uuid } from './controller-fixture.ts'

const names = Object.keys(METADATA_RECORDS) as MetadataRecordName[]

describe('metadata records', () => {
  test('a record has the bytes that Apache Kafka writes', () => {
    const record = metadataRecord('FeatureLevelRecord', 0, { name: 'metadata.version', featureLevel: 30 })
    expect(encodeMetadataRecord(record).toString('hex')).toBe(
      '010c00116d657461646174612e76657273696f6e001e00',
    )
  })

  test.each(names)('%s goes round with all its defaults', name => {
    const version = METADATA_RECORDS[name].message.versions[1]
    const record = metadataRecord(name, version, {} as never)
    expect(decodeMetadataRecord(encodeMetadataRecord(record))).toEqual(record)
  })

  test('a version that cannot carry a value refuses to be written', () => {
    const topicId = uuid(1)
    const record = metadataRecord('PartitionChangeRecord', 1, {
      topicId,
      partitionId: 0,
      eligibleLeaderReplicas: [1],
    })
    expect(() => encodeMetadataRecord(record)).toThrow(EncodeError)
  })

  test('a frame, type or version from a newer release is refused by its name', () => {
    const bytes = (hex: string) => Buffer.from(hex, 'hex')
    expect(() => decodeMetadataRecord(bytes('021400'))).toThrow('frame version 2')
    expect(() => decodeMetadataRecord(bytes('017f00'))).toThrow('unknown type 127')
    expect(() => decodeMetadataRecord(bytes('010305'))).toThrow('a PartitionRecord of unknown version 5')
    expect(() => decodeMetadataRecord(bytes('0114000000'))).toThrow('bytes left')
  })

  test('random bytes are a record or a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...names), (noise, name) => {
        const bytes = Buffer.from([1, METADATA_RECORDS[name].typeId, 0, ...noise])
        try {
          decodeMetadataRecord(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })

  test('what a record holds outlives the bytes it came from', () => {
    const credential = { name: 'u', mechanism: 1, salt: Buffer.from('salt'), storedKey: Buffer.from('k') }
    const bytes = encodeMetadataRecord(
      metadataRecord('UserScramCredentialRecord', 0, {
        ...credential,
        serverKey: Buffer.from('s'),
        iterations: 4096,
      }),
    )
    const record = decodeMetadataRecord(bytes)
    bytes.fill(0)
    expect(record).toMatchObject({ value: { salt: Buffer.from('salt') } })
  })
})

describe('metadata.version', () => {
  test('levels have the names that Apache Kafka prints', () => {
    expect([7, 21, 25, 30].map(metadataVersionName)).toEqual(['3.3-IV3', '3.9-IV0', '4.0-IV3', '4.3-IV0'])
    expect(metadataVersionFromName('4.3')).toBe(30)
    expect(metadataVersionFromName('4.0')).toBe(25)
    expect(metadataVersionFromName('3.9-IV0')).toBe(21)
    expect(metadataVersionFromName('4')).toBeUndefined()
    expect(metadataVersionFromName('9.9')).toBeUndefined()
  })

  test('the version of a record depends on the level', () => {
    const of = (name: MetadataRecordName) => [7, 8, 17, 23, 30].map(level => recordVersion(name, level))
    expect(of('RegisterBrokerRecord')).toEqual([1, 2, 3, 3, 4])
    expect(of('PartitionRecord')).toEqual([0, 0, 1, 2, 2])
    expect(of('PartitionChangeRecord')).toEqual([0, 0, 1, 2, 2])
    expect(of('TopicRecord')).toEqual([0, 0, 0, 0, 0])
  })

  test('a way down is open as long as nothing in between changed what is written', () => {
    expect(downgradeLosesMetadata({ from: 29, to: 23 })).toBe(false)
    expect(downgradeLosesMetadata({ from: 30, to: 29 })).toBe(true)
    expect(downgradeLosesMetadata({ from: 23, to: 22 })).toBe(true)
    expect(downgradeLosesMetadata({ from: 22, to: METADATA_VERSION_OF.directoryAssignment })).toBe(false)
  })

  test.each([
    [30, ['eligible.leader.replicas.version', 'group.version', 'share.version', 'streams.version', 2]],
    [24, ['group.version', 2]],
    [22, ['group.version']],
    [21, []],
  ])('a cluster of level %i begins with the features that Apache Kafka gives it', (level, features) => {
    const records = bootstrapRecords(level).map(({ value }) => value)
    const expected = features.map(name =>
      typeof name === 'number'
        ? { name: 'transaction.version', featureLevel: name }
        : { name, featureLevel: 1 },
    )
    expect(records).toEqual([{ name: 'metadata.version', featureLevel: level }, ...expected])
  })
})

describe('names and ids', () => {
  test.each([
    ['', 'Topic name is invalid: the empty string is not allowed'],
    ['..', "Topic name is invalid: '..' is not allowed"],
    [
      'ä',
      "Topic name is invalid: 'ä' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    ],
  ])('the topic name "%s" is refused in Kafka’s words', (name, message) => {
    expect(invalidTopicName(name)).toBe(message)
  })

  test('a topic name of 249 characters is fine', () => {
    expect(invalidTopicName('a'.repeat(249))).toBeUndefined()
    expect(invalidTopicName('A-z0.9_')).toBeUndefined()
  })

  test('names that differ in periods and underscores share a key', () => {
    expect(collisionKey('a.b_c')).toBe(collisionKey('a_b.c'))
    expect(collisionKey('abc')).toBeUndefined()
  })

  test('the first hundred ids are no directories', () => {
    const id = (last: number) => Buffer.from([...new Array<number>(15).fill(0), last]).toString('base64url')
    expect([0, 99, 100].map(last => isReservedDirectory(id(last)))).toEqual([true, true, false])
    expect(isReservedDirectory(uuid(1))).toBe(false)
  })

  test('a directory is online when it is told, or when nobody can know', () => {
    const [migrating, unassigned, lost] = [0, 1, 2].map(last =>
      Buffer.from([...new Array<number>(15).fill(0), last]).toString('base64url'),
    ) as [string, string, string]
    expect(isOnlineDirectory(uuid(1), [uuid(1)])).toBe(true)
    expect(isOnlineDirectory(uuid(2), [uuid(1)])).toBe(false)
    expect(isOnlineDirectory(uuid(2), [])).toBe(true)
    expect(isOnlineDirectory(migrating, [uuid(1)])).toBe(true)
    expect(isOnlineDirectory(unassigned, [uuid(1)])).toBe(true)
    expect(isOnlineDirectory(lost, [uuid(1)])).toBe(false)
  })
})
