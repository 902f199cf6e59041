import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ImmutableMap } from '../../../src/metadata/image/immutable-map.ts'
import { MetadataDeltaBuilder } from '../../../src/metadata/image/metadata-delta-builder.ts'
import type { MetadataDelta, MetadataImage } from '../../../src/metadata/image/metadata-image.ts'
import { EMPTY_METADATA_IMAGE } from '../../../src/metadata/image/metadata-image.ts'
import { diffImages } from '../../../src/metadata/image/metadata-image-diff.ts'
import { imageToRecords } from '../../../src/metadata/image/metadata-image-records.ts'
import type { MetadataBatch } from '../../../src/metadata/metadata-loader.ts'
import { MetadataLoader } from '../../../src/metadata/metadata-loader.ts'
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
  metadataRecord,
} from '../../../src/metadata/records/metadata-records.ts'
import { ControllerFixture, stateOfImage, uuid } from './controller-fixture.ts'

const topic = (name: string, id: number) => metadataRecord('TopicRecord', 0, { name, topicId: uuid(id) })
const partition = (id: number, partitionId: number, leader = 1) =>
  metadataRecord('PartitionRecord', 2, {
    topicId: uuid(id),
    partitionId,
    replicas: [1],
    isr: [1],
    removingReplicas: [],
    addingReplicas: [],
    leader,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [uuid(2001)],
  })
const newLeader = (id: number, partitionId: number, leader: number) =>
  metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(id), partitionId, leader })
const remove = (id: number) => metadataRecord('RemoveTopicRecord', 0, { topicId: uuid(id) })
const feature = (name: string, featureLevel: number) =>
  metadataRecord('FeatureLevelRecord', 0, { name, featureLevel })
const config = (name: string, value: string | null, resourceName = 't') =>
  metadataRecord('ConfigRecord', 0, { resourceType: 2, resourceName, name, value })

const AT = { lastContainedOffset: 9, lastContainedEpoch: 1, lastContainedLogTimestampMs: 0 }

function apply(before: MetadataImage, ...records: MetadataRecord[]) {
  const builder = new MetadataDeltaBuilder(before)
  for (const record of records) builder.replay(record)
  return builder.build(AT)
}

describe('ImmutableMap', () => {
  const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('a', 'b'))
  const changes = fc.array(fc.tuple(key, fc.option(fc.nat(5), { nil: undefined })), { maxLength: 300 })

  test('holds what a Map would after any changes, and never changes itself', () => {
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 6 }), rounds => {
        let map = ImmutableMap.empty<string, number>()
        const model = new Map<string, number>()
        for (const round of rounds) {
          const before = [...map].sort()
          const next = map.with(new Map(round))
          expect([...map].sort()).toEqual(before)
          for (const [name, value] of new Map(round)) {
            if (value === undefined) model.delete(name)
            else model.set(name, value)
          }
          map = next
          expect([...map].sort()).toEqual([...model].sort())
          expect(map.size).toBe(model.size)
          expect([...map.keys()].sort()).toEqual([...model.keys()].sort())
          for (const name of model.keys()) expect(map.get(name)).toBe(model.get(name))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('grows to many entries and shares what it can', () => {
    const entries = Array.from({ length: 20_000 }, (_, index): [string, { index: number }] => [
      `topic-${index}`,
      { index },
    ])
    const large = ImmutableMap.from(entries)
    expect(large.size).toBe(20_000)
    expect(large.get('topic-777')).toBe(entries[777]![1])
    const more = large.with(new Map([['new', { index: -1 }]]))
    expect([large.has('new'), more.has('new'), more.size]).toEqual([false, true, 20_001])
    expect(large.with(new Map())).toBe(large)
  })

  test('takes negative numbers as keys', () => {
    const map = ImmutableMap.from([
      [-1, 'a'],
      [2 ** 31, 'b'],
    ] as const)
    expect([map.get(-1), map.get(2 ** 31), map.get(0)]).toEqual(['a', 'b', undefined])
  })
})

describe('deltas', () => {
  test('tell new, changed and deleted topics with what they were', () => {
    const { image } = apply(
      EMPTY_METADATA_IMAGE,
      topic('a', 1),
      partition(1, 0),
      topic('b', 2),
      partition(2, 0),
    )
    const { delta, image: after } = apply(
      image,
      newLeader(1, 0, 2),
      remove(2),
      topic('c', 3),
      partition(3, 0),
    )
    expect([...delta.topics!.changed.keys()]).toEqual([uuid(1), uuid(3)])
    const changed = delta.topics!.changed.get(uuid(1))!
    expect(changed.before?.partitions[0]?.leader).toBe(1)
    expect(changed.after.partitions[0]).toMatchObject({ leader: 2, leaderEpoch: 1, partitionEpoch: 1 })
    expect([...changed.changedPartitions.keys()]).toEqual([0])
    expect(delta.topics!.changed.get(uuid(3))).toMatchObject({ before: undefined, after: { name: 'c' } })
    expect([...delta.topics!.deleted]).toEqual([[uuid(2), image.topics.topicById(uuid(2))]])
    expect(after.topics.topicByName('b')).toBeUndefined()
    expect(image.topics.topicByName('b')).toBeDefined()
  })

  test('a topic made again under its name is deleted and made, by its two ids', () => {
    const { image } = apply(EMPTY_METADATA_IMAGE, topic('a', 1), partition(1, 0), config('x', '1', 'a'))
    const { delta, image: after } = apply(image, remove(1), topic('a', 2), partition(2, 0))
    expect([...delta.topics!.deleted.keys()]).toEqual([uuid(1)])
    expect([...delta.topics!.changed.keys()]).toEqual([uuid(2)])
    expect(after.topics.topicByName('a')?.topicId).toBe(uuid(2))
    expect(after.topics.size).toBe(1)
    expect(after.configs.topicConfigs('a').size).toBe(0)
  })

  test('a topic that came and went leaves nothing', () => {
    const { delta, image } = apply(EMPTY_METADATA_IMAGE, topic('a', 1), partition(1, 0), remove(1))
    expect(delta.topics?.changed.size ?? 0).toBe(0)
    expect(delta.topics?.deleted.size ?? 0).toBe(0)
    expect(image.topics.size).toBe(0)
  })

  test('parts that did not change are the same objects', () => {
    const { image } = apply(
      EMPTY_METADATA_IMAGE,
      topic('a', 1),
      partition(1, 0),
      topic('b', 2),
      partition(2, 0),
    )
    const { delta, image: after } = apply(image, newLeader(1, 0, 2))
    expect(after.topics.topicByName('b')).toBe(image.topics.topicByName('b'))
    expect(after.cluster).toBe(image.cluster)
    expect(after.configs).toBe(image.configs)
    expect(delta).toMatchObject({ cluster: undefined, configs: undefined, features: undefined })
  })

  test('ClearElrRecord takes the eligible leaders of one topic or of all', () => {
    const eligible = (id: number) =>
      metadataRecord('PartitionChangeRecord', 2, {
        topicId: uuid(id),
        partitionId: 0,
        eligibleLeaderReplicas: [2],
        lastKnownElr: [3],
      })
    const made = [topic('a', 1), partition(1, 0), topic('b', 2), partition(2, 0), eligible(1), eligible(2)]
    const { image } = apply(EMPTY_METADATA_IMAGE, ...made)
    const clear = (topicName: string) => metadataRecord('ClearElrRecord', 0, { topicName })
    const eligibleIn = ({ topics }: MetadataImage) =>
      ['a', 'b'].map(name => topics.partition(name, 0)?.eligibleLeaderReplicas)
    expect(eligibleIn(apply(image, clear('a')).image)).toEqual([[], [2]])
    expect(eligibleIn(apply(image, clear('')).image)).toEqual([[], []])
    expect(eligibleIn(apply(EMPTY_METADATA_IMAGE, ...made, clear('')).image)).toEqual([[], []])
    expect(apply(image, clear('a')).image.topics.partition('a', 0)?.partitionEpoch).toBe(2)
  })

  test.each([
    ['a partition of an unknown topic', [partition(1, 0)]],
    ['a change of an unknown partition', [topic('a', 1), newLeader(1, 0, 1)]],
    ['the removal of an unknown topic', [remove(1)]],
    ['a topic after its removal', [topic('a', 1), remove(1), partition(1, 0)]],
    ['a broker that is not registered', [metadataRecord('FenceBrokerRecord', 0, { id: 1, epoch: 1 })]],
    ['a gap between partitions', [topic('a', 1), partition(1, 1)]],
  ])('a record about %s is refused', (_what, records) => {
    expect(() => apply(EMPTY_METADATA_IMAGE, ...records)).toThrow()
  })
})

describe('snapshots', () => {
  const rebuilt = (image: MetadataImage) => {
    const records = [...imageToRecords(image)].map(record =>
      decodeMetadataRecord(encodeMetadataRecord(record)),
    )
    return apply(EMPTY_METADATA_IMAGE, ...records).image
  }

  test.each([30, 22, 17, 14, 7])(
    'at metadata.version %i an image is what its records make',
    async version => {
      const fixture = await ControllerFixture.create({ brokerIds: [1, 2, 3], metadataVersion: version })
      await fixture.createTopic('a', { numPartitions: 3, replicationFactor: 3 })
      await fixture.createTopic('b', { configs: [{ name: 'retention.ms', value: '1' }] })
      await fixture.stopBroker(2)
      const image = fixture.image()
      expect(stateOfImage(rebuilt(image))).toEqual(stateOfImage(image))
    },
  )

  test('every part of an image goes round', () => {
    const entity = [
      { entityType: 'user', entityName: 'u' },
      { entityType: 'client-id', entityName: null },
    ]
    const bytes = Buffer.from('secret')
    const { image } = apply(
      EMPTY_METADATA_IMAGE,
      feature('metadata.version', 30),
      feature('group.version', 1),
      metadataRecord('RegisterControllerRecord', 0, {
        controllerId: 3,
        incarnationId: uuid(3),
        zkMigrationReady: false,
        endPoints: [{ name: 'CONTROLLER', host: 'h', port: 65535, securityProtocol: 3 }],
        features: [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 30 }],
      }),
      topic('t', 1),
      partition(1, 0),
      metadataRecord('PartitionChangeRecord', 2, {
        topicId: uuid(1),
        partitionId: 0,
        isr: [],
        leader: -1,
        leaderRecoveryState: 1,
        eligibleLeaderReplicas: [1],
        lastKnownElr: [1],
      }),
      config('retention.ms', '5'),
      metadataRecord('ClientQuotaRecord', 0, { entity, key: 'producer_byte_rate', value: 5, remove: false }),
      metadataRecord('ProducerIdsRecord', 0, { brokerId: 1, brokerEpoch: 5, nextProducerId: 1000 }),
      metadataRecord('AccessControlEntryRecord', 0, {
        id: uuid(8),
        resourceType: 2,
        resourceName: 't',
        patternType: 3,
        principal: 'User:u',
        host: '*',
        operation: 3,
        permissionType: 3,
      }),
      metadataRecord('UserScramCredentialRecord', 0, {
        name: 'u',
        mechanism: 1,
        salt: bytes,
        storedKey: bytes,
        serverKey: bytes,
        iterations: 4096,
      }),
      metadataRecord('DelegationTokenRecord', 0, {
        owner: 'User:u',
        requester: 'User:u',
        renewers: ['User:v'],
        issueTimestamp: 1,
        maxTimestamp: 2,
        expirationTimestamp: 3,
        tokenId: 'id',
      }),
    )
    const again = rebuilt(image)
    expect(stateOfImage(again)).toEqual(stateOfImage(image))
    expect(again.topics.partition('t', 0)).toMatchObject({ isr: [], leader: undefined, lastKnownElr: [1] })
    expect(again.scram.credentials.get(1)?.get('u')?.salt.equals(bytes)).toBe(true)
    expect(again.delegationTokens.tokens.get('id')?.renewers).toEqual(['User:v'])
    const delta = diffImages(EMPTY_METADATA_IMAGE, image)
    expect(Object.values(delta).every(part => part !== undefined)).toBe(true)
    expect(diffImages(image, again)).toMatchObject({
      topics: undefined,
      cluster: undefined,
      scram: undefined,
    })
  })
})

describe('diffImages', () => {
  test('finds what a delta would have told', () => {
    const { image } = apply(
      EMPTY_METADATA_IMAGE,
      feature('metadata.version', 22),
      feature('group.version', 1),
      topic('a', 1),
      partition(1, 0),
      topic('b', 2),
      partition(2, 0),
      config('x', '1', 'a'),
    )
    const { image: after } = apply(
      image,
      feature('metadata.version', 30),
      feature('group.version', 0),
      newLeader(1, 0, 2),
      remove(2),
      config('x', null, 'a'),
    )
    const delta = diffImages(image, after)
    expect(delta.features).toEqual({ metadataVersion: 30, levels: new Map([['group.version', 0]]) })
    expect([...delta.topics!.changed.keys()]).toEqual([uuid(1)])
    expect([...delta.topics!.deleted.keys()]).toEqual([uuid(2)])
    expect([...delta.configs!.resources.values()]).toEqual([
      { resource: { type: 2, name: 'a' }, values: new Map() },
    ])
    expect(delta.cluster).toBeUndefined()
  })
})

describe('MetadataLoader', () => {
  const batchOf = (baseOffset: number, ...records: MetadataRecord[]): MetadataBatch => ({
    baseOffset,
    lastOffset: baseOffset + Math.max(records.length, 1) - 1,
    leaderEpoch: 1,
    appendTimestampMs: 100,
    records,
  })
  const begin = metadataRecord('BeginTransactionRecord', 0, {})
  const end = metadataRecord('EndTransactionRecord', 0, {})
  const abort = metadataRecord('AbortTransactionRecord', 0, {})
  const noOp = metadataRecord('NoOpRecord', 0, {})

  function loaderWithEar() {
    const failures: unknown[] = []
    const loader = new MetadataLoader({ onPublisherFailed: failure => failures.push(failure) })
    const heard: { delta: MetadataDelta; image: MetadataImage }[] = []
    const publisher = {
      name: 'ear',
      onMetadataUpdate(delta: MetadataDelta, image: MetadataImage) {
        heard.push({ delta, image })
      },
    }
    loader.addPublisher(publisher)
    return { loader, heard, publisher, failures }
  }

  test('publishes all batches of a call at once', () => {
    const { loader, heard } = loaderWithEar()
    loader.handleCommitted([batchOf(0, topic('a', 1)), batchOf(1, partition(1, 0))])
    expect(heard).toHaveLength(1)
    expect(heard[0]!.image).toBe(loader.image)
    expect(loader.image.provenance).toEqual({
      lastContainedOffset: 1,
      lastContainedEpoch: 1,
      lastContainedLogTimestampMs: 100,
    })
    expect(loader.image.topics.partition('a', 0)?.leader).toBe(1)
  })

  test('moves on without a word where nothing changes', () => {
    const { loader, heard } = loaderWithEar()
    loader.handleCommitted([batchOf(0), batchOf(1, noOp)])
    expect(heard).toEqual([])
    expect(loader.image.provenance.lastContainedOffset).toBe(1)
  })

  test('a transaction appears as a whole at its end, and the image stays in front of it until then', () => {
    const { loader, heard } = loaderWithEar()
    loader.handleCommitted([batchOf(0, topic('a', 1), begin, topic('b', 2))])
    expect(loader.isInTransaction).toBe(true)
    expect(loader.image.provenance.lastContainedOffset).toBe(0)
    loader.handleCommitted([batchOf(3, topic('c', 3))])
    expect([...loader.image.topics.byName.keys()]).toEqual(['a'])
    loader.handleCommitted([batchOf(4, end, noOp)])
    expect(loader.isInTransaction).toBe(false)
    expect(loader.image.provenance.lastContainedOffset).toBe(5)
    expect([...loader.image.topics.byName.keys()].sort()).toEqual(['a', 'b', 'c'])
    expect(heard).toHaveLength(2)
  })

  test('an aborted transaction never was', () => {
    const { loader } = loaderWithEar()
    loader.handleCommitted([batchOf(0, topic('a', 1), begin, topic('b', 2), abort, topic('c', 3))])
    expect([...loader.image.topics.byName.keys()].sort()).toEqual(['a', 'c'])
    expect(loader.image.provenance.lastContainedOffset).toBe(4)
  })

  test('transactions inside of each other, or ends without a beginning, are refused', () => {
    expect(() => loaderWithEar().loader.handleCommitted([batchOf(0, begin, begin)])).toThrow()
    expect(() => loaderWithEar().loader.handleCommitted([batchOf(0, end)])).toThrow()
    expect(() => loaderWithEar().loader.handleCommitted([batchOf(0, abort)])).toThrow()
  })

  test('a publisher that comes later hears everything at once, one that has gone nothing more', () => {
    const { loader, heard, publisher } = loaderWithEar()
    loader.handleCommitted([batchOf(0, topic('a', 1), partition(1, 0))])
    const late: MetadataDelta[] = []
    loader.addPublisher({ name: 'late', onMetadataUpdate: delta => void late.push(delta) })
    expect([...late[0]!.topics!.changed.keys()]).toEqual([uuid(1)])
    loader.removePublisher(publisher)
    loader.handleCommitted([batchOf(2, topic('b', 2))])
    expect(heard).toHaveLength(1)
    expect(late).toHaveLength(2)
  })

  test('a snapshot takes the place of what was there, told as the difference', () => {
    const { loader, heard } = loaderWithEar()
    loader.handleCommitted([batchOf(0, topic('a', 1), partition(1, 0), topic('b', 2), begin)])
    loader.handleSnapshot({
      provenance: { lastContainedOffset: 50, lastContainedEpoch: 3, lastContainedLogTimestampMs: 1 },
      records: [topic('b', 2), topic('c', 3)],
    })
    expect(loader.isInTransaction).toBe(false)
    const { delta, image } = heard.at(-1)!
    expect([...delta.topics!.deleted.keys()]).toEqual([uuid(1)])
    expect([...delta.topics!.changed.keys()]).toEqual([uuid(3)])
    expect(image.provenance.lastContainedOffset).toBe(50)
  })

  test('whenApplied waits for the records and for what publishers do about them', async () => {
    const { loader } = loaderWithEar()
    const open: (() => void)[] = []
    loader.addPublisher({
      name: 'slow',
      onMetadataUpdate: () => new Promise<void>(resolve => open.push(resolve)),
    })
    const log: string[] = []
    const first = loader.whenApplied(1).then(() => log.push('first'))
    const second = loader.whenApplied(2).then(() => log.push('second'))
    loader.handleCommitted([batchOf(0, topic('a', 1)), batchOf(1, topic('b', 2))])
    loader.handleCommitted([batchOf(2, topic('c', 3))])
    open[1]!()
    await new Promise(resolve => setImmediate(resolve))
    expect(log).toEqual([])
    open[0]!()
    await Promise.all([first, second])
    expect(log.sort()).toEqual(['first', 'second'])
    await loader.whenApplied(0)
  })

  test('a publisher that fails is named and holds nobody up', async () => {
    const { loader, failures } = loaderWithEar()
    const error = new Error('no room')
    loader.addPublisher({ name: 'broken', onMetadataUpdate: () => Promise.reject(error) })
    loader.handleCommitted([batchOf(0, topic('a', 1))])
    await loader.whenApplied(0)
    expect(failures).toEqual([{ publisher: 'broken', offset: 0, error }])
  })
})
