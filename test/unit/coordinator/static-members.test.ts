import { expect, test } from 'vitest'
import { ApiError, ErrorCode } from '../../../src/protocol/error-code.ts'
import type { JoinGroupResponse } from '../../../src/protocol/messages/join-group.ts'
import { GroupFixture, type JoinOptions } from './group-fixture.ts'

/** A stable group of static members with these instance ids; the first one leads. */
async function staticGroup(groups: GroupFixture, instances: readonly string[], options: JoinOptions = {}) {
  const joins = instances.map(instance => groups.join({ instance, ...options }))
  await groups.advance(6_000)
  const joined = joins.map(({ done }) => done as JoinGroupResponse & { memberId: string })
  const memberIds = joined.map(({ memberId }) => memberId)
  await groups.syncAll({ memberIds, generation: 1 })
  return memberIds
}

test('a static member joins with its first request and is named after its instance', async () => {
  const groups = await GroupFixture.leading()
  const joining = groups.join({ instance: 'worker-1' })
  await groups.advance(3_000)
  expect(joining.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
  expect(joining.done.memberId).toMatch(/^worker-1-/)
  expect(joining.done.members).toMatchObject([{ groupInstanceId: 'worker-1' }])
})

test('a static follower that restarts gets a new id and its assignment, without a rebalance', async () => {
  const groups = await GroupFixture.leading()
  const [leader, follower] = (await staticGroup(groups, ['one', 'two'])) as [string, string]
  const restarted = groups.join({ instance: 'two' })
  await groups.settle()
  const memberId = restarted.done.memberId as string
  expect(restarted.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1, leader, members: [] })
  expect(memberId).not.toBe(follower)
  expect(await groups.stateOf()).toBe('Stable')
  const sync = groups.sync({ memberId, generation: 1, instance: 'two' })
  await groups.settle()
  expect(sync.done.assignment).toEqual(Buffer.from(`assignment of ${follower}`))
  groups.check()
})

test('whoever goes on under the old id of a static member is fenced', async () => {
  const groups = await GroupFixture.leading()
  const [, old] = (await staticGroup(groups, ['one', 'two'])) as [string, string]
  groups.join({ instance: 'two' })
  await groups.settle()
  const fenced = { memberId: old, generation: 1, instance: 'two' }
  expect(groups.heartbeat(fenced)).toBe(ErrorCode.FENCED_INSTANCE_ID)
  const sync = groups.sync(fenced)
  const join = groups.join({ memberId: old, instance: 'two' })
  const commit = groups.commit(
    { topic: 1 },
    { memberId: old, groupInstanceId: 'two', generationIdOrMemberEpoch: 1 },
  )
  const leave = groups.leave([{ memberId: old, instance: 'two' }])
  await groups.settle()
  expect(sync.done.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
  expect(join.done.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
  expect(commit.done[0]!.partitions[0]!.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
  expect(leave.done.members).toMatchObject([{ errorCode: ErrorCode.FENCED_INSTANCE_ID }])
})

test('a static leader that restarts is told to skip the assignment where it understands that', async () => {
  const groups = await GroupFixture.leading()
  const [old] = (await staticGroup(groups, ['one', 'two'])) as [string]
  const restarted = groups.join({ instance: 'one', version: 9 })
  await groups.settle()
  const memberId = restarted.done.memberId as string
  expect(restarted.done).toMatchObject({ skipAssignment: true, leader: memberId })
  expect(restarted.done.members).toHaveLength(2)

  // An older client takes nobody's lead: it sees the id that led before.
  const again = groups.join({ instance: 'one', version: 8 })
  await groups.settle()
  expect(again.done).toMatchObject({ skipAssignment: false, leader: memberId, members: [] })
  expect(again.done.leader).not.toBe(old)
})

test('two clients with one instance id: the one that came first is fenced while it waits', async () => {
  const groups = await GroupFixture.leading()
  const first = groups.join({ instance: 'one' })
  await groups.settle()
  const second = groups.join({ instance: 'one' })
  await groups.advance(3_000)
  expect(first.done.errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
  expect(second.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
})

test('a static member that comes back while the leader assigns begins another round', async () => {
  const groups = await GroupFixture.leading()
  const joins = ['one', 'two'].map(instance => groups.join({ instance }))
  await groups.advance(6_000)
  const [leader] = joins.map(({ done }) => done.memberId) as [string]
  const back = groups.join({ instance: 'two' })
  await groups.settle()
  expect(back.isPending).toBe(true)
  expect(groups.heartbeat({ memberId: leader, generation: 1, instance: 'one' })).toBe(
    ErrorCode.REBALANCE_IN_PROGRESS,
  )
  const rejoin = groups.join({ memberId: leader, instance: 'one' })
  await groups.settle()
  expect([back.done.generationId, rejoin.done.generationId]).toEqual([2, 2])
})

test('a static member that comes back with other protocols begins a rebalance when that changes the choice', async () => {
  const groups = await GroupFixture.leading()
  await staticGroup(groups, ['one', 'two'], { protocols: { range: '', sticky: '' } })
  const back = groups.join({ instance: 'two', protocols: { sticky: '' } })
  await groups.settle()
  expect(back.isPending).toBe(true)
  expect(await groups.stateOf()).toBe('PreparingRebalance')
})

test('when the new id of a static member cannot be written, the old one goes on', async () => {
  const groups = await GroupFixture.leading()
  const [, old] = (await staticGroup(groups, ['one', 'two'])) as [string, string]
  groups.writer.failNext(new ApiError(ErrorCode.KAFKA_STORAGE_ERROR))
  const restarted = groups.join({ instance: 'two' })
  await groups.settle()
  expect(restarted.done.errorCode).toBe(ErrorCode.NOT_COORDINATOR)
  expect(groups.heartbeat({ memberId: old, generation: 1, instance: 'two' })).toBe(ErrorCode.NONE)
  groups.check()
})

test('a static member that does not rejoin stays until its session ends', async () => {
  const groups = await GroupFixture.leading()
  const options = { sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 20_000 }
  const [leader] = (await staticGroup(groups, ['one', 'two'], options)) as [string]
  const rejoin = groups.join({ memberId: leader, instance: 'one', ...options })
  await groups.advance(20_000)
  expect(rejoin.done.generationId).toBe(2)
  expect(rejoin.done.members!.map(({ groupInstanceId }) => groupInstanceId)).toEqual(['one', 'two'])
})

test('an operator removes a static member by its instance id alone', async () => {
  const groups = await GroupFixture.leading()
  const memberIds = await staticGroup(groups, ['one', 'two'])
  const leave = groups.leave([{ instance: 'two' }, { instance: 'three' }])
  await groups.settle()
  expect(leave.done).toMatchObject({
    errorCode: ErrorCode.NONE,
    members: [
      { memberId: '', groupInstanceId: 'two', errorCode: ErrorCode.NONE },
      { memberId: '', groupInstanceId: 'three', errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
    ],
  })
  expect((await groups.describe()).members!.map(({ memberId }) => memberId)).toEqual([memberIds[0]])
})

test('instance ids outlive a change of leader', async () => {
  const groups = await GroupFixture.leading()
  const [, follower] = (await staticGroup(groups, ['one', 'two'])) as [string, string]
  await groups.lead()
  expect((await groups.describe()).members!.map(({ groupInstanceId }) => groupInstanceId)).toEqual([
    'one',
    'two',
  ])
  const restarted = groups.join({ instance: 'two' })
  await groups.settle()
  expect(restarted.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
  expect(groups.heartbeat({ memberId: follower, generation: 1, instance: 'two' })).toBe(
    ErrorCode.FENCED_INSTANCE_ID,
  )
})
