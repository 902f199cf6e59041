import { expect, test } from 'vitest'
import { GroupCoordinatorService } from '../../../src/coordinator/group/group-coordinator-service.ts'
import { groupPartitionIndex } from '../../../src/coordinator/group/group-partition-index.ts'
import { encodeGroupRecord } from '../../../src/coordinator/records/coordinator-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { MemoryLog } from '../support/memory-record-writer.ts'
import { GroupFixture, SETTINGS } from './group-fixture.ts'

test("a group belongs to the partition that Java's hash code says", () => {
  // From Apache Kafka: Utils.abs("...".hashCode) % 50.
  expect(groupPartitionIndex('', 50)).toBe(0)
  expect(groupPartitionIndex('group', 50)).toBe(47)
  expect(groupPartitionIndex('console-consumer-12345', 50)).toBe(6)
  // Its hash code is the lowest int.
  expect(groupPartitionIndex('polygenelubricants', 50)).toBe(0)
  expect(groupPartitionIndex('größe-数', 50)).toBe(28)
})

test('what is not led here is asked elsewhere', async () => {
  const groups = new GroupFixture()
  const join = groups.join()
  const sync = groups.sync({ memberId: 'a', generation: 1 })
  const leave = groups.leave([{ memberId: 'a' }])
  const commit = groups.commit({ topic: 1 })
  await groups.settle()
  expect(join.done.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(sync.done.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(leave.done.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(commit.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(groups.heartbeat({ memberId: 'a', generation: 1 })).toBe(ErrorCode.NOT_COORDINATOR)
  expect((await groups.fetch()).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect((await groups.describe()).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(await groups.service.deleteGroups(['group'])).toEqual([
    { groupId: 'group', errorCode: ErrorCode.NOT_COORDINATOR },
  ])
  expect(await groups.service.listGroups({ statesFilter: [], typesFilter: [] })).toEqual({
    errorCode: ErrorCode.NONE,
    groups: [],
  })
})

test('while groups are loaded clients wait, and heartbeats are taken on trust', async () => {
  const groups = new GroupFixture()
  const gate = Promise.withResolvers<never[]>()
  async function* slowly() {
    yield* await gate.promise
  }
  groups.service.onElection(0, { writer: groups.log.lead(), batches: slowly() })
  const join = groups.join()
  await groups.settle()
  expect(join.done.errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
  expect(groups.heartbeat({ memberId: 'a', generation: 1 })).toBe(ErrorCode.NONE)
  const listed = await groups.service.listGroups({ statesFilter: [], typesFilter: [] })
  expect(listed.errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
  gate.resolve([])
  await groups.settle()
  expect((await groups.describe()).groupState).toBe('Dead')
})

test('a new leader has members, generations, assignments and offsets as they were', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(2)
  groups.commit({ topic: 7 }, { memberId: memberIds[0]!, generationIdOrMemberEpoch: 1 })
  await groups.settle()
  const before = await groups.describe()
  await groups.lead()
  expect(await groups.describe()).toEqual(before)
  expect(await groups.offsets()).toEqual({ topic: 7n })
  for (const memberId of memberIds) expect(groups.heartbeat({ memberId, generation: 1 })).toBe(ErrorCode.NONE)
  const again = groups.sync({ memberId: memberIds[1]!, generation: 1 })
  await groups.settle()
  expect(again.done.assignment).toEqual(Buffer.from(`assignment of ${memberIds[1]}`))
})

test('after a load members have a fresh session, and no longer', async () => {
  const groups = await GroupFixture.leading()
  await groups.stableGroup(2)
  await groups.advance(8_000)
  await groups.lead()
  await groups.advance(9_999)
  expect((await groups.describe()).members).toHaveLength(2)
  await groups.advance(1)
  expect(await groups.stateOf()).toBe('Empty')
})

test('whoever waits when the leadership is lost is told to look for the coordinator anew', async () => {
  const groups = await GroupFixture.leading({ commitsAtOnce: false })
  const joined = [await groups.joinWithId(), await groups.joinWithId()]
  await groups.advance(6_000)
  groups.log.commit()
  const waiting = joined.map(({ memberId }) => groups.sync({ memberId, generation: 1 }))
  const { joining } = await groups.joinWithId({ group: 'other' })
  const commit = groups.commit({ topic: 1 }, { groupId: 'simple' })
  groups.service.onResignation(0)
  await groups.settle()
  for (const sync of waiting) expect(sync.done.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(joining.done.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(commit.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(groups.clock.pendingTimers).toBe(0)
})

test('an assignment that was written but not committed is gone when another log wins', async () => {
  const groups = await GroupFixture.leading({ commitsAtOnce: false })
  const { memberId } = await groups.joinWithId()
  await groups.advance(3_000)
  groups.log.commit()
  groups.sync({ memberId, generation: 1, assignments: { [memberId]: 'all' } })
  await groups.settle()
  groups.service.onResignation(0)
  groups.log.truncateToHighWatermark()
  await groups.lead()
  expect(await groups.describe()).toMatchObject({ groupState: 'Empty', members: [] })
  expect(groups.heartbeat({ memberId, generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('records of kinds that are not known are passed over with one line in the log', async () => {
  const groups = new GroupFixture()
  const [known] = [encodeGroupRecord(recordOfOffset('group', 5n))]
  const unknown = { key: Buffer.from([0x7f, 0xff, 1, 2, 3]), value: Buffer.from([0, 0, 9]) }
  groups.log.lead().append({ records: [unknown, unknown, known], timestampMs: 1, producer: undefined })
  await groups.lead()
  expect(await groups.offsets()).toEqual({ topic: 5n })
  const warnings = groups.logger.lines.filter(({ level }) => level === 'warn')
  expect(warnings).toMatchObject([{ fields: { partition: '__consumer_offsets-0', kind: 0x7fff } }])
})

test('a record that cannot be read fails the load and serves nothing wrong', async () => {
  const groups = new GroupFixture()
  const damaged = { key: Buffer.from([0, 1, 0, 5]), value: undefined }
  groups.log.lead().append({ records: [damaged], timestampMs: 1, producer: undefined })
  await groups.lead()
  expect((await groups.fetch()).errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(groups.logger.lines.some(({ level }) => level === 'error')).toBe(true)
})

test('a group of a kind that is not served keeps its id and its offsets', async () => {
  const groups = new GroupFixture({ settings: { offsetsRetentionMinutes: 1 } })
  const consumerGroup = encodeGroupRecord({
    type: 'ConsumerGroupMetadata',
    key: { groupId: 'group' },
    version: 0,
    value: { epoch: 3, metadataHash: 0n },
  })
  const offset = encodeGroupRecord(recordOfOffset('group', 5n))
  groups.log.lead().append({ records: [offset, consumerGroup], timestampMs: 1, producer: undefined })
  await groups.lead()
  const join = groups.join()
  const commit = groups.commit({ topic: 1 })
  await groups.advance(3_600_000)
  expect(join.done.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  expect(commit.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND)
  expect(await groups.offsets()).toEqual({ topic: 5n })
  groups.check()
})

test('groups of several partitions are each coordinated in their own', async () => {
  const { world, config } = (() => {
    const fixture = new GroupFixture()
    return {
      world: {
        clock: fixture.clock,
        random: { nextInt: () => 0, bytes: Buffer.alloc },
        logger: fixture.logger,
      },
      config: () => ({ ...SETTINGS, offsetsTopicNumPartitions: 50 }),
    }
  })()
  const service = new GroupCoordinatorService({ world, config })
  const logs = new Map<number, MemoryLog>()
  for (const groupId of ['one', 'two', 'three']) {
    const partition = service.partitionFor(groupId)
    const log = logs.get(partition) ?? new MemoryLog({ commitsAtOnce: true })
    logs.set(partition, log)
    service.onElection(partition, { writer: log.lead(), batches: [] })
  }
  await new Promise(resolve => setImmediate(resolve))
  expect(logs.size).toBe(3)
  for (const groupId of ['one', 'two', 'three']) {
    await service.joinGroup(
      {
        groupId,
        memberId: '',
        groupInstanceId: null,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        reason: null,
      },
      { clientId: null, clientHost: '/127.0.0.1', apiVersion: 9 },
    )
  }
  const { groups } = await service.listGroups({ statesFilter: [], typesFilter: [] })
  expect(groups!.map(({ groupId }) => groupId).sort()).toEqual(['one', 'three', 'two'])
  expect([...logs.values()].map(({ endOffset }) => endOffset)).toEqual([1, 1, 1])
  expect(await service.deleteGroups(['one', 'three', 'nobody'])).toHaveLength(3)
  await service.stop()
})

function recordOfOffset(group: string, offset: bigint) {
  return {
    type: 'OffsetCommit' as const,
    key: { group, topic: 'topic', partition: 0 },
    version: 4,
    value: {
      offset,
      leaderEpoch: -1,
      metadata: '',
      commitTimestamp: 1,
      expireTimestamp: -1,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    },
  }
}
