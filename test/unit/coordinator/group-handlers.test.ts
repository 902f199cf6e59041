import { expect, test } from 'vitest'
import { GROUP_METADATA_TOPIC } from '../../../src/coordinator/group/group-leadership.ts'
import { ImmutableMap } from '../../../src/metadata/image/immutable-map.ts'
import { EMPTY_METADATA_IMAGE, type MetadataImage } from '../../../src/metadata/image/metadata-image.ts'
import { type TopicImage, TopicsImage } from '../../../src/metadata/image/topics-image.ts'
import { codecOf, encodeMessage } from '../../../src/protocol/codec.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import type { Message } from '../../../src/protocol/schema.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'
import type { BrokerServices } from '../../../src/server/broker-services.ts'
import type { Handler } from '../../../src/server/handler.ts'
import { describeGroupsHandler } from '../../../src/server/handlers/describe-groups.ts'
import { findCoordinatorHandler } from '../../../src/server/handlers/find-coordinator.ts'
import { heartbeatHandler } from '../../../src/server/handlers/heartbeat.ts'
import { joinGroupHandler } from '../../../src/server/handlers/join-group.ts'
import { leaveGroupHandler } from '../../../src/server/handlers/leave-group.ts'
import { offsetCommitHandler } from '../../../src/server/handlers/offset-commit.ts'
import { offsetDeleteHandler } from '../../../src/server/handlers/offset-delete.ts'
import { offsetFetchHandler } from '../../../src/server/handlers/offset-fetch.ts'
import { syncGroupHandler } from '../../../src/server/handlers/sync-group.ts'
import type { RequestContext } from '../../../src/server/request-context.ts'
import { GroupFixture } from './group-fixture.ts'

const TOPIC_ID = 'rJ5bvR3BQ5mxzOVNNxpkKQ'
const UNKNOWN_ID = 'sJ5bvR3BQ5mxzOVNNxpkKQ'

function topic(name: string, options: { topicId: string; leader?: number; partitions?: number }): TopicImage {
  const { topicId, leader, partitions = 1 } = options
  const partition = {
    replicas: [1],
    directories: [ZERO_UUID],
    isr: [1],
    addingReplicas: [],
    removingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader,
    leaderRecoveryState: 'recovered' as const,
    leaderEpoch: 0,
    partitionEpoch: 0,
  }
  return { name, topicId, partitions: Array.from({ length: partitions }, () => partition) }
}

function imageOf(...topics: readonly TopicImage[]): MetadataImage {
  const broker = {
    id: 1,
    epoch: 1,
    fenced: false,
    listeners: new Map([['PLAINTEXT', { host: 'localhost', port: 9092 }]]),
  }
  return {
    ...EMPTY_METADATA_IMAGE,
    cluster: { brokers: new Map([[1, broker as never]]), controllers: new Map() },
    topics: new TopicsImage({
      byId: ImmutableMap.empty<string, TopicImage>().with(new Map(topics.map(each => [each.topicId, each]))),
      byName: ImmutableMap.empty<string, TopicImage>().with(new Map(topics.map(each => [each.name, each]))),
    }),
  }
}

const GROUP_TOPIC = topic(GROUP_METADATA_TOPIC, { topicId: 'AAAAAAAAAAAAAAAAAAAABA', leader: 1 })

/** A broker of which only the groups are real, asked over the handlers; every answer goes through its encoding. */
async function broker(
  image = imageOf(GROUP_TOPIC, topic('topic', { topicId: TOPIC_ID, leader: 1, partitions: 2 })),
) {
  const groups = await GroupFixture.leading()
  const created: string[] = []
  const state = { image, creation: ErrorCode.NONE as ErrorCode }
  const services = {
    groups: groups.service,
    metadata: state,
    autoTopicCreation: {
      async create(name: string) {
        created.push(name)
        if (state.creation === ErrorCode.NONE) state.image = imageOf(GROUP_TOPIC)
        return state.creation
      },
    },
  } as unknown as BrokerServices
  // biome-ignore lint/suspicious/noExplicitAny: requests and responses of many APIs
  const ask = async (handler: Handler, version: number, request: object): Promise<any> => {
    const context = {
      connection: { listenerName: 'PLAINTEXT', clientHost: '/127.0.0.1' },
      apiVersion: version,
      correlationId: 1,
      clientId: 'client',
      receivedAtMs: 0,
    } as unknown as RequestContext
    const { api } = handler
    const bytes = encodeMessage(api.request as Message, version, request as never)
    const decoded = codecOf(api.request, version).decode(new Reader(bytes))
    const response = await handler.handle(decoded as never, context, services)
    const encoded = encodeMessage(api.response as Message, version, response as never)
    return codecOf(api.response, version).decode(new Reader(encoded))
  }
  return { groups, ask, state, created }
}

test('the coordinator of a group is the leader of its partition', async () => {
  const { ask, created } = await broker()
  const found = { errorCode: ErrorCode.NONE, nodeId: 1, host: 'localhost', port: 9092 }
  for (const version of [0, 1, 2, 3]) {
    expect(await ask(findCoordinatorHandler, version, { key: 'group', keyType: 0 })).toMatchObject(found)
  }
  for (const version of [4, 5, 6]) {
    const { coordinators } = await ask(findCoordinatorHandler, version, {
      coordinatorKeys: ['group', 'other'],
    })
    expect(coordinators).toMatchObject([
      { key: 'group', ...found },
      { key: 'other', ...found },
    ])
  }
  expect(created).toEqual([])
})

test('the topic of groups is made when it is first asked for', async () => {
  const { ask, created } = await broker(imageOf())
  expect(await ask(findCoordinatorHandler, 2, { key: 'group', keyType: 0 })).toMatchObject({
    errorCode: ErrorCode.NONE,
    nodeId: 1,
  })
  expect(created).toEqual([GROUP_METADATA_TOPIC])
})

test('while the topic cannot be made or is not led, there is no coordinator', async () => {
  const { ask, state } = await broker(imageOf())
  state.creation = ErrorCode.INVALID_REPLICATION_FACTOR
  expect(await ask(findCoordinatorHandler, 2, { key: 'group', keyType: 0 })).toMatchObject({
    errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    errorMessage: '__consumer_offsets could not be created: INVALID_REPLICATION_FACTOR.',
    nodeId: -1,
  })
  state.image = imageOf(topic(GROUP_METADATA_TOPIC, { topicId: TOPIC_ID }))
  const { coordinators } = await ask(findCoordinatorHandler, 6, { coordinatorKeys: ['group'] })
  expect(coordinators).toMatchObject([
    { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1, port: -1 },
  ])
})

test('who looks for a coordinator that is not served yet is not sent round for ever', async () => {
  const { ask } = await broker()
  expect(await ask(findCoordinatorHandler, 2, { key: 'tx', keyType: 1 })).toMatchObject({
    errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    errorMessage: 'Transactions are not served by this broker yet.',
  })
  const { coordinators } = await ask(findCoordinatorHandler, 6, { keyType: 2, coordinatorKeys: ['share'] })
  expect(coordinators).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST }])
})

test('members of every version join, sync, show that they live and leave', async () => {
  for (const version of [0, 1, 2, 3]) {
    const { groups, ask } = await broker()
    const group = { groupId: 'group' }
    const joining = ask(joinGroupHandler, version, {
      ...group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('s') }],
    })
    await groups.advance(3_000)
    const { errorCode, memberId, generationId } = await joining
    expect([errorCode, generationId]).toEqual([ErrorCode.NONE, 1])
    const member = { ...group, memberId, generationId }
    const assignments = [{ memberId, assignment: Buffer.from('a') }]
    expect(await ask(syncGroupHandler, version, { ...member, assignments })).toMatchObject({
      errorCode: ErrorCode.NONE,
      assignment: Buffer.from('a'),
    })
    expect(await ask(heartbeatHandler, version, member)).toMatchObject({ errorCode: ErrorCode.NONE })
    const leaving =
      version < 3 ? { ...group, memberId } : { ...group, members: [{ memberId, groupInstanceId: null }] }
    const left = await ask(leaveGroupHandler, version, leaving)
    expect(left.errorCode).toBe(ErrorCode.NONE)
    const again = await ask(leaveGroupHandler, version, leaving)
    expect(version < 3 ? again.errorCode : again.members[0].errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  }
})

test('a refused JoinGroup has no protocol: an empty name before version 7, null after', async () => {
  const { ask } = await broker()
  const request = { groupId: '', sessionTimeoutMs: 0, memberId: '', protocolType: '', protocols: [] }
  expect((await ask(joinGroupHandler, 6, request)).protocolName).toBe('')
  expect((await ask(joinGroupHandler, 7, request)).protocolName).toBeNull()
})

test('from version 5 on a SyncGroup must name its protocol', async () => {
  const { ask } = await broker()
  const request = { groupId: 'group', generationId: 1, memberId: 'a', assignments: [] }
  expect((await ask(syncGroupHandler, 4, request)).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  expect((await ask(syncGroupHandler, 5, request)).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
})

const offset = (partitionIndex: number) => ({
  partitionIndex,
  committedOffset: 40n + BigInt(partitionIndex),
  committedMetadata: 'note',
})

test('only offsets of partitions that exist are committed, the others refused in their places', async () => {
  const { ask, groups } = await broker()
  for (let version = 0; version <= 9; version++) {
    const response = await ask(offsetCommitHandler, version, {
      groupId: 'group',
      topics: [
        { name: 'none', partitions: [offset(0)] },
        { name: 'topic', partitions: [offset(0), offset(9), offset(1)] },
      ],
    })
    const codes = response.topics.map((each: { partitions: { errorCode: number }[] }) =>
      each.partitions.map(({ errorCode }) => errorCode),
    )
    expect(codes).toEqual([
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.NONE],
    ])
  }
  const { topics } = await groups.fetch()
  expect(topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([['topic', 2]])
})

test('from version 10 on topics go by their ids', async () => {
  const { ask } = await broker()
  const committed = await ask(offsetCommitHandler, 10, {
    groupId: 'group',
    topics: [
      { topicId: UNKNOWN_ID, partitions: [offset(0)] },
      { topicId: TOPIC_ID, partitions: [offset(0)] },
    ],
  })
  expect(committed.topics).toEqual([
    {
      name: '',
      topicId: UNKNOWN_ID,
      partitions: [{ partitionIndex: 0, errorCode: ErrorCode.UNKNOWN_TOPIC_ID }],
    },
    { name: '', topicId: TOPIC_ID, partitions: [{ partitionIndex: 0, errorCode: ErrorCode.NONE }] },
  ])
  const { groups } = await ask(offsetFetchHandler, 10, {
    groups: [
      {
        groupId: 'group',
        topics: [
          { topicId: TOPIC_ID, partitionIndexes: [0] },
          { topicId: UNKNOWN_ID, partitionIndexes: [0] },
        ],
      },
      { groupId: 'group', topics: null },
    ],
  })
  const [some, all] = groups
  expect(some.topics).toMatchObject([
    { topicId: TOPIC_ID, partitions: [{ committedOffset: 40n, errorCode: ErrorCode.NONE }] },
    { topicId: UNKNOWN_ID, partitions: [{ committedOffset: -1n, errorCode: ErrorCode.UNKNOWN_TOPIC_ID }] },
  ])
  expect(all.topics).toMatchObject([{ topicId: TOPIC_ID, partitions: [{ committedOffset: 40n }] }])
})

test('offsets are read in the form of each version', async () => {
  const { ask, groups } = await broker()
  await ask(offsetCommitHandler, 9, {
    groupId: 'group',
    topics: [{ name: 'topic', partitions: [offset(0)] }],
  })
  const topics = [{ name: 'topic', partitionIndexes: [0, 1] }]
  for (let version = 0; version <= 7; version++) {
    const response = await ask(offsetFetchHandler, version, { groupId: 'group', topics })
    const never = version === 0 ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE
    expect(response.topics[0].partitions).toMatchObject([
      { committedOffset: 40n, metadata: 'note', errorCode: ErrorCode.NONE },
      { committedOffset: -1n, metadata: '', errorCode: never },
    ])
  }
  const all = await ask(offsetFetchHandler, 7, { groupId: 'group', topics: null })
  expect(all.topics).toMatchObject([{ name: 'topic', partitions: [{ partitionIndex: 0 }] }])
  const several = await ask(offsetFetchHandler, 8, {
    groups: [
      { groupId: 'group', topics },
      { groupId: 'b', topics: null },
    ],
  })
  expect(several.groups).toMatchObject([
    { groupId: 'group', errorCode: ErrorCode.NONE, topics: [{ name: 'topic' }] },
    { groupId: 'b', errorCode: ErrorCode.NONE, topics: [] },
  ])

  groups.service.onResignation(0)
  const old = await ask(offsetFetchHandler, 1, { groupId: 'group', topics })
  expect(old.topics[0].partitions).toMatchObject([
    { committedOffset: -1n, errorCode: ErrorCode.NOT_COORDINATOR },
    { committedOffset: -1n, errorCode: ErrorCode.NOT_COORDINATOR },
  ])
  expect((await ask(offsetFetchHandler, 2, { groupId: 'group', topics })).errorCode).toBe(
    ErrorCode.NOT_COORDINATOR,
  )
})

test('offsets of a topic that was made anew are not those of its predecessor', async () => {
  const { ask, state } = await broker()
  await ask(offsetCommitHandler, 9, {
    groupId: 'group',
    topics: [{ name: 'topic', partitions: [offset(0)] }],
  })
  state.image = imageOf(GROUP_TOPIC, topic('topic', { topicId: UNKNOWN_ID, leader: 1 }))
  const topics = [{ name: 'topic', partitionIndexes: [0] }]
  const response = await ask(offsetFetchHandler, 7, { groupId: 'group', topics })
  expect(response.topics[0].partitions[0].committedOffset).toBe(-1n)
})

test('deleting offsets answers for partitions that are not there in their places', async () => {
  const { ask } = await broker()
  await ask(offsetCommitHandler, 9, {
    groupId: 'group',
    topics: [{ name: 'topic', partitions: [offset(1)] }],
  })
  const response = await ask(offsetDeleteHandler, 0, {
    groupId: 'group',
    topics: [
      { name: 'none', partitions: [{ partitionIndex: 0 }] },
      { name: 'topic', partitions: [{ partitionIndex: 7 }, { partitionIndex: 1 }] },
    ],
  })
  expect(response).toMatchObject({
    errorCode: ErrorCode.NONE,
    topics: [
      { name: 'none', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }] },
      {
        name: 'topic',
        partitions: [
          { partitionIndex: 7, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
          { partitionIndex: 1, errorCode: ErrorCode.NONE },
        ],
      },
    ],
  })
})

test('what one may do with a group is told of groups that are there, to those who ask', async () => {
  const { ask } = await broker()
  await ask(offsetCommitHandler, 9, {
    groupId: 'group',
    topics: [{ name: 'topic', partitions: [offset(0)] }],
  })
  const request = { groups: ['group', 'none'], includeAuthorizedOperations: true }
  const { groups } = await ask(describeGroupsHandler, 6, request)
  expect(groups).toMatchObject([
    { groupId: 'group', groupState: 'Empty', authorizedOperations: 3400 },
    { groupId: 'none', errorCode: ErrorCode.GROUP_ID_NOT_FOUND, authorizedOperations: -2_147_483_648 },
  ])
})
