import { expect, test } from 'vitest'
import {
  decodeGroupRecord,
  encodeGroupRecord,
  type GroupRecord,
} from '../../../src/coordinator/records/coordinator-records.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** Records that Apache Kafka 4.3.1 wrote, and what they say. */
const WRITTEN_BY_KAFKA: readonly { key: string; value: string; record: GroupRecord }[] = [
  {
    key: '00020008672d723236373031',
    value: '0003000000000000ffffffff000001a1fcb8ee3800000000',
    record: {
      type: 'GroupMetadata',
      key: { group: 'g-r26701' },
      version: 3,
      value: {
        protocolType: '',
        generation: 0,
        protocol: null,
        leader: null,
        currentStateTimestamp: 0x1a1fcb8ee38,
        members: [],
      },
    },
  },
  {
    key: '00020008672d723236373031',
    value:
      '00030008636f6e73756d657200000001000572616e67650030776972652d636c69656e742d63356566333933652d323330382d34' +
      '6630342d616561362d336463343737343238306134000001a1fcb8ee54000000010030776972652d636c69656e742d6335656633' +
      '3933652d323330382d346630342d616561362d336463343737343238306134ffff000b776972652d636c69656e74000a2f313237' +
      '2e302e302e3100004e2000002710000000180001000000010008742d723236373031ffffffff00000000000000024131',
    record: {
      type: 'GroupMetadata',
      key: { group: 'g-r26701' },
      version: 3,
      value: {
        protocolType: 'consumer',
        generation: 1,
        protocol: 'range',
        leader: 'wire-client-c5ef393e-2308-4f04-aea6-3dc4774280a4',
        currentStateTimestamp: 0x1a1fcb8ee54,
        members: [
          {
            memberId: 'wire-client-c5ef393e-2308-4f04-aea6-3dc4774280a4',
            groupInstanceId: null,
            clientId: 'wire-client',
            clientHost: '/127.0.0.1',
            rebalanceTimeout: 20_000,
            sessionTimeout: 10_000,
            subscription: hex('0001000000010008742d723236373031ffffffff00000000'),
            assignment: Buffer.from('A1'),
          },
        ],
      },
    },
  },
  {
    key: '0001000a6964732d7232363730310008742d72323637303100000000',
    value: '00047fffffffffffffffffffffff01000001a1fcb8efbb010010ef7b23883f41481d8cd37898a6c74530',
    record: {
      type: 'OffsetCommit',
      key: { group: 'ids-r26701', topic: 't-r26701', partition: 0 },
      version: 4,
      value: {
        offset: 2n ** 63n - 1n,
        leaderEpoch: -1,
        metadata: '',
        commitTimestamp: 0x1a1fcb8efbb,
        expireTimestamp: -1,
        topicId: '73sjiD9BSB2M03iYpsdFMA',
      },
    },
  },
]

test('records that Apache Kafka wrote are read, and written again byte for byte', () => {
  for (const { key, value, record } of WRITTEN_BY_KAFKA) {
    expect(decodeGroupRecord(hex(key), hex(value))).toEqual(record)
    const encoded = encodeGroupRecord(record)
    expect(encoded.key.toString('hex')).toBe(key)
    expect(encoded.value?.toString('hex')).toBe(value)
  }
})

test('a tombstone has a key alone', () => {
  const tombstone: GroupRecord = {
    type: 'GroupMetadata',
    key: { group: 'group' },
    version: 0,
    value: undefined,
  }
  const { key, value } = encodeGroupRecord(tombstone)
  expect(value).toBeUndefined()
  expect(decodeGroupRecord(key, undefined)).toEqual(tombstone)
})

test('offsets that the oldest brokers wrote are read', () => {
  const key = hex('0000' + '000567726f7570' + '0005746f706963' + '00000003')
  const value = hex('0000' + '000000000000002a' + '0000' + '0000000000000001')
  expect(decodeGroupRecord(key, value)).toEqual({
    type: 'LegacyOffsetCommit',
    key: { group: 'group', topic: 'topic', partition: 3 },
    version: 0,
    value: { offset: 42, metadata: '', commitTimestamp: 1 },
  })
})

test('a kind of record that is not known is nothing, a damaged record an error', () => {
  expect(decodeGroupRecord(hex('7fff01'), hex('0000'))).toBeUndefined()
  expect(() => decodeGroupRecord(hex('00'), undefined)).toThrow()
  expect(() => decodeGroupRecord(hex('00020008'), undefined)).toThrow()
  expect(() => decodeGroupRecord(hex('0002000567726f7570'), hex('0063'))).toThrow(RangeError)
})
