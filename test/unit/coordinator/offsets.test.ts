import { expect, test } from 'vitest'
import { EMPTY_METADATA_IMAGE } from '../../../src/metadata/image/metadata-image.ts'
import type { TopicImage } from '../../../src/metadata/image/topics-image.ts'
import { encodeMessage } from '../../../src/protocol/codec.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { consumerProtocolSubscription } from '../../../src/protocol/messages/consumer-protocol-subscription.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { GroupFixture } from './group-fixture.ts'

const TOPIC_ID = 'rJ5bvR3BQ5mxzOVNNxpkKQ'
const OTHER_TOPIC_ID = 'sJ5bvR3BQ5mxzOVNNxpkKQ'

/** What a consumer of these topics tells of itself. */
function subscription(...topics: string[]): Buffer {
  const version = Buffer.from([0, 1])
  return Buffer.concat([version, encodeMessage(consumerProtocolSubscription, 1, { topics })])
}

test("offsets are committed without members, in Kafka's record, and read back", async () => {
  const groups = await GroupFixture.leading()
  const commit = groups.commit({ topic: 42 }, { metadata: 'note' })
  await groups.settle()
  expect(commit.done).toEqual([
    { name: 'topic', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.NONE }] },
  ])
  expect(groups.records()).toEqual([
    {
      type: 'OffsetCommit',
      key: { group: 'group', topic: 'topic', partition: 0 },
      version: 4,
      value: {
        offset: 42n,
        leaderEpoch: -1,
        metadata: 'note',
        commitTimestamp: groups.clock.nowMs(),
        expireTimestamp: -1,
        topicId: ZERO_UUID,
      },
    },
  ])
  expect(await groups.fetch()).toEqual({
    groupId: 'group',
    errorCode: ErrorCode.NONE,
    topics: [
      {
        name: 'topic',
        partitions: [
          {
            partitionIndex: 0,
            committedOffset: 42n,
            committedLeaderEpoch: -1,
            metadata: 'note',
            errorCode: ErrorCode.NONE,
          },
        ],
      },
    ],
  })
  groups.check()
})

test('a commit is answered when it is committed, and reads wait for what was written before', async () => {
  const groups = await GroupFixture.leading({ commitsAtOnce: false })
  const commit = groups.commit({ topic: 1 })
  let isRead = false
  const reading = groups.offsets().then(offsets => {
    isRead = true
    return offsets
  })
  await groups.settle()
  expect(commit.isPending).toBe(true)
  expect(isRead).toBe(false)
  groups.log.commit()
  await groups.settle()
  expect(commit.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.NONE)
  expect(await reading).toEqual({ topic: 1n })
})

test('a commit that is not replicated in time is not acknowledged', async () => {
  const groups = await GroupFixture.leading({ commitsAtOnce: false })
  const commit = groups.commit({ topic: 1 })
  await groups.advance(5_000)
  expect(commit.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
})

test('offsets of all 64 bits come back as they were committed', async () => {
  const groups = await GroupFixture.leading()
  const offsets = { a: 2n ** 63n - 1n, b: -(2n ** 63n), c: 2n ** 53n + 1n, d: 0n }
  groups.commit(offsets)
  await groups.settle()
  expect(await groups.offsets()).toEqual(offsets)
  await groups.lead()
  expect(await groups.offsets()).toEqual(offsets)
})

test('a note that is too long is refused for its partition alone', async () => {
  const groups = await GroupFixture.leading()
  const partition = { committedOffset: 1n, committedLeaderEpoch: 3, commitTimestamp: -1 }
  const commit = groups.commit(
    {},
    {
      topics: [
        {
          name: 'topic',
          topicId: ZERO_UUID,
          partitions: [
            { ...partition, partitionIndex: 0, committedMetadata: 'x'.repeat(101) },
            { ...partition, partitionIndex: 1, committedMetadata: 'x'.repeat(100) },
            { ...partition, partitionIndex: 2, committedMetadata: null },
          ],
        },
      ],
    },
  )
  await groups.settle()
  expect(commit.done[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([
    ErrorCode.OFFSET_METADATA_TOO_LARGE,
    ErrorCode.NONE,
    ErrorCode.NONE,
  ])
  const { topics } = await groups.fetch()
  expect(topics[0]!.partitions).toMatchObject([
    { partitionIndex: 1, committedLeaderEpoch: 3 },
    { partitionIndex: 2, metadata: '' },
  ])
})

test('only members of the current generation may commit to a group that has members', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  const memberId = memberIds[0]!
  const codeOf = async (request: Parameters<GroupFixture['commit']>[1]) => {
    const commit = groups.commit({ topic: 1 }, request)
    await groups.settle()
    return commit.done[0]!.partitions[0]!.errorCode
  }
  expect(await codeOf({ memberId, generationIdOrMemberEpoch: 1 })).toBe(ErrorCode.NONE)
  expect(await codeOf({ memberId, generationIdOrMemberEpoch: 0 })).toBe(ErrorCode.ILLEGAL_GENERATION)
  expect(await codeOf({ memberId: 'stranger', generationIdOrMemberEpoch: 1 })).toBe(
    ErrorCode.UNKNOWN_MEMBER_ID,
  )
  expect(await codeOf({})).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  expect(await codeOf({ groupId: 'other', generationIdOrMemberEpoch: 1, version: 8 })).toBe(
    ErrorCode.ILLEGAL_GENERATION,
  )
  expect(await codeOf({ groupId: 'other', generationIdOrMemberEpoch: 1, version: 9 })).toBe(
    ErrorCode.GROUP_ID_NOT_FOUND,
  )
})

test('during a rebalance members may still commit, but not between joining and assignment', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  const memberId = memberIds[0]!
  await groups.joinWithId()
  const preparing = groups.commit({ topic: 1 }, { memberId, generationIdOrMemberEpoch: 1 })
  groups.join({ memberId })
  await groups.settle()
  const completing = groups.commit({ topic: 2 }, { memberId, generationIdOrMemberEpoch: 2 })
  await groups.settle()
  expect(preparing.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.NONE)
  expect(completing.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
})

test('a commit keeps a member as a heartbeat does', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  for (let round = 0; round < 5; round++) {
    await groups.advance(9_000)
    groups.commit({ topic: round }, { memberId: memberIds[0]!, generationIdOrMemberEpoch: 1 })
  }
  await groups.settle()
  expect(await groups.offsets()).toEqual({ topic: 4n })
})

test('partitions without a committed offset are read as -1, in groups that are not there, too', async () => {
  const groups = await GroupFixture.leading()
  const { errorCode, topics } = await groups.service.fetchOffsets(
    {
      groupId: 'nobody',
      memberId: null,
      memberEpoch: -1,
      topics: [{ name: 'topic', topicId: ZERO_UUID, partitionIndexes: [0, 7] }],
    },
    { requireStable: true },
  )
  expect(errorCode).toBe(ErrorCode.NONE)
  expect(topics[0]!.partitions).toMatchObject([
    { partitionIndex: 0, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    { partitionIndex: 7, committedOffset: -1n },
  ])
})

test('an offset of a topic that was deleted and made again does not count for the new one', async () => {
  const groups = await GroupFixture.leading()
  const partition = {
    partitionIndex: 0,
    committedOffset: 5n,
    committedLeaderEpoch: 0,
    committedMetadata: '',
    commitTimestamp: -1,
  }
  groups.commit({}, { topics: [{ name: 'topic', topicId: TOPIC_ID, partitions: [partition] }] })
  await groups.settle()
  const read = async (topicId: string) => {
    const topics = [{ name: 'topic', topicId, partitionIndexes: [0] }]
    const request = { groupId: 'group', memberId: null, memberEpoch: -1, topics }
    const fetched = await groups.service.fetchOffsets(request, { requireStable: false })
    return fetched.topics[0]!.partitions[0]!.committedOffset
  }
  expect(await read(TOPIC_ID)).toBe(5n)
  expect(await read(OTHER_TOPIC_ID)).toBe(-1n)
  expect(await read(ZERO_UUID)).toBe(5n)
})

test('an offset in a transaction counts once that is committed, and never if it is aborted', async () => {
  const groups = await GroupFixture.leading()
  groups.commit({ topic: 1 })
  await groups.settle()
  const producer = { producerId: 7, producerEpoch: 0 }
  const commitInTransaction = (offset: bigint) =>
    groups.host.run(() => ({
      records: [
        {
          type: 'OffsetCommit' as const,
          key: { group: 'group', topic: 'topic', partition: 0 },
          version: 4,
          value: {
            offset,
            leaderEpoch: -1,
            metadata: '',
            commitTimestamp: 0,
            expireTimestamp: -1,
            topicId: ZERO_UUID,
          },
        },
      ],
      response: undefined,
      producer,
    }))
  await commitInTransaction(2n)
  expect(await groups.offsets()).toEqual({ topic: 1n })
  const request = { groupId: 'group', memberId: null, memberEpoch: -1, topics: null }
  const stable = await groups.service.fetchOffsets(request, { requireStable: true })
  expect(stable.topics[0]!.partitions[0]).toMatchObject({
    errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT,
    committedOffset: -1n,
  })
  groups.check()
  await groups.host.endTransaction({ producer, result: 'commit', coordinatorEpoch: 0 })
  expect(await groups.offsets()).toEqual({ topic: 2n })
  await commitInTransaction(3n)
  await groups.host.endTransaction({ producer, result: 'abort', coordinatorEpoch: 0 })
  expect(await groups.offsets()).toEqual({ topic: 2n })
  // A plain commit behind the transaction's is the newer one.
  await commitInTransaction(4n)
  groups.commit({ topic: 5 })
  await groups.host.endTransaction({ producer, result: 'commit', coordinatorEpoch: 0 })
  expect(await groups.offsets()).toEqual({ topic: 5n })
  groups.check()
})

test('offsets of topics that nobody in the group reads can be deleted', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1, { protocols: { range: subscription('read') } })
  groups.commit({ read: 1, unread: 2 }, { memberId: memberIds[0]!, generationIdOrMemberEpoch: 1 })
  await groups.settle()
  const topics = ['read', 'unread', 'never'].map(name => ({ name, partitions: [{ partitionIndex: 0 }] }))
  expect(await groups.service.deleteOffsets({ groupId: 'group', topics })).toEqual({
    errorCode: ErrorCode.NONE,
    throttleTimeMs: 0,
    topics: [
      { name: 'read', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC }] },
      { name: 'unread', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.NONE }] },
      { name: 'never', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.NONE }] },
    ],
  })
  expect(await groups.offsets()).toEqual({ read: 1n })
  groups.check()
})

test('offsets of groups whose topics nobody can tell are not deleted while they have members', async () => {
  const groups = await GroupFixture.leading()
  await groups.stableGroup(1, { group: 'connect', protocolType: 'connect' })
  await groups.stableGroup(1, { group: 'garbled', protocols: { range: Buffer.from([0, 0, 1]) } })
  const topics = [{ name: 'topic', partitions: [{ partitionIndex: 0 }] }]
  const codeOf = async (groupId: string) => {
    const { errorCode, topics: deleted } = await groups.service.deleteOffsets({ groupId, topics })
    return errorCode === ErrorCode.NONE ? deleted[0]!.partitions[0]!.errorCode : errorCode
  }
  expect(await codeOf('connect')).toBe(ErrorCode.NON_EMPTY_GROUP)
  expect(await codeOf('garbled')).toBe(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)
  expect(await codeOf('nobody')).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  expect(await codeOf('')).toBe(ErrorCode.INVALID_GROUP_ID)
})

test('the offsets of a deleted topic go with it, not those of its successor', async () => {
  const groups = await GroupFixture.leading()
  groups.commit({ deleted: 1, kept: 2 }, { groupId: 'one' })
  groups.commit({ deleted: 3 }, { groupId: 'two' })
  const partition = {
    partitionIndex: 0,
    committedOffset: 4n,
    committedLeaderEpoch: 0,
    committedMetadata: '',
    commitTimestamp: -1,
  }
  const successor = { name: 'deleted', topicId: OTHER_TOPIC_ID, partitions: [partition] }
  groups.commit({}, { groupId: 'three', topics: [successor] })
  await groups.settle()
  const deleted: TopicImage = { name: 'deleted', topicId: TOPIC_ID, partitions: [] }
  groups.service.onMetadataUpdate(
    {
      before: EMPTY_METADATA_IMAGE,
      features: undefined,
      cluster: undefined,
      topics: { changed: new Map(), deleted: new Map([[TOPIC_ID, deleted]]) },
      configs: undefined,
      clientQuotas: undefined,
      producerIdsChanged: false,
      scram: undefined,
      acls: undefined,
      delegationTokens: undefined,
    },
    EMPTY_METADATA_IMAGE,
  )
  await groups.settle()
  expect(await groups.offsets('one')).toEqual({ kept: 2n })
  expect(await groups.offsets('two')).toEqual({})
  expect(await groups.offsets('three')).toEqual({ deleted: 4n })
  groups.check()
})
