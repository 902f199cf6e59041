import { expect, test } from 'vitest'
import { ApiError, ErrorCode } from '../../../src/protocol/error-code.ts'
import { GroupFixture } from './group-fixture.ts'

test('followers get their part when the leader has handed in the assignment and it is committed', async () => {
  const groups = await GroupFixture.leading({ commitsAtOnce: false })
  const members = [await groups.joinWithId(), await groups.joinWithId()]
  await groups.advance(6_000)
  const [leader, follower] = members.map(({ memberId }) => memberId) as [string, string]
  groups.log.commit()

  const waiting = groups.sync({ memberId: follower, generation: 1 })
  await groups.settle()
  expect(waiting.isPending).toBe(true)
  const leading = groups.sync({
    memberId: leader,
    generation: 1,
    assignments: { [leader]: 'all but one', [follower]: 'one' },
  })
  await groups.settle()
  expect(leading.isPending).toBe(true)
  groups.log.commit()
  await groups.settle()
  expect(leading.done).toMatchObject({
    errorCode: ErrorCode.NONE,
    protocolType: 'consumer',
    protocolName: 'range',
    assignment: Buffer.from('all but one'),
  })
  expect(waiting.done.assignment).toEqual(Buffer.from('one'))
  expect(await groups.stateOf()).toBe('Stable')
  groups.check()
})

test('a member that syncs late in a stable group gets its part at once', async () => {
  const groups = await GroupFixture.leading()
  const members = [await groups.joinWithId(), await groups.joinWithId()]
  await groups.advance(6_000)
  const [leader, follower] = members.map(({ memberId }) => memberId) as [string, string]
  groups.sync({ memberId: leader, generation: 1, assignments: { [follower]: 'one' } })
  await groups.settle()
  const late = groups.sync({ memberId: follower, generation: 1 })
  await groups.settle()
  expect(late.done.assignment).toEqual(Buffer.from('one'))
})

test('who is not named in the assignment gets an empty one', async () => {
  const groups = await GroupFixture.leading()
  const { memberId } = await groups.joinWithId()
  await groups.advance(3_000)
  const sync = groups.sync({ memberId, generation: 1 })
  await groups.settle()
  expect(sync.done).toMatchObject({ errorCode: ErrorCode.NONE, assignment: Buffer.alloc(0) })
})

test('a SyncGroup that does not fit is refused', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  const memberId = memberIds[0]!
  const refusals = {
    emptyGroup: groups.sync({ group: '', memberId, generation: 1 }),
    otherGroup: groups.sync({ group: 'other', memberId, generation: 1 }),
    stranger: groups.sync({ memberId: 'stranger', generation: 1 }),
    oldGeneration: groups.sync({ memberId, generation: 0 }),
    otherType: groups.sync({ memberId, generation: 1, protocolType: 'connect', protocolName: 'range' }),
    otherProtocol: groups.sync({ memberId, generation: 1, protocolType: 'consumer', protocolName: 'sticky' }),
    dynamicAsStatic: groups.sync({ memberId, generation: 1, instance: 'me' }),
  }
  await groups.settle()
  const codes = Object.fromEntries(Object.entries(refusals).map(([name, { done }]) => [name, done.errorCode]))
  expect(codes).toEqual({
    emptyGroup: ErrorCode.INVALID_GROUP_ID,
    otherGroup: ErrorCode.UNKNOWN_MEMBER_ID,
    stranger: ErrorCode.UNKNOWN_MEMBER_ID,
    oldGeneration: ErrorCode.ILLEGAL_GENERATION,
    otherType: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    otherProtocol: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    dynamicAsStatic: ErrorCode.UNKNOWN_MEMBER_ID,
  })
})

test('a SyncGroup during the joining is sent back to join', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(2)
  groups.join({ memberId: memberIds[0]! })
  const sync = groups.sync({ memberId: memberIds[1]!, generation: 1 })
  await groups.settle()
  expect(sync.done.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
})

test('a member that comes while others wait for the assignment sends them back to join', async () => {
  const groups = await GroupFixture.leading()
  const members = [await groups.joinWithId(), await groups.joinWithId()]
  await groups.advance(6_000)
  const waiting = groups.sync({ memberId: members[1]!.memberId, generation: 1 })
  await groups.joinWithId()
  expect(waiting.done.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  expect(await groups.stateOf()).toBe('PreparingRebalance')
})

test('an assignment that cannot be written sends all members back to join', async () => {
  const groups = await GroupFixture.leading()
  const members = [await groups.joinWithId(), await groups.joinWithId()]
  await groups.advance(6_000)
  const ids = members.map(({ memberId }) => memberId)
  groups.writer.failNext(new ApiError(ErrorCode.NOT_ENOUGH_REPLICAS))
  const syncs = await groups.syncAll({ memberIds: ids, generation: 1 })
  expect(syncs.map(({ errorCode }) => errorCode)).toEqual([
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ])
  expect(await groups.stateOf()).toBe('PreparingRebalance')
  const joins = ids.map(memberId => groups.join({ memberId }))
  await groups.settle()
  expect(joins.map(({ done }) => done.generationId)).toEqual([2, 2])
  groups.check()
})

test('an assignment larger than a batch may be is an error of the server', async () => {
  const groups = await GroupFixture.leading()
  const { memberId } = await groups.joinWithId()
  await groups.advance(3_000)
  const sync = groups.sync({ memberId, generation: 1, assignments: { [memberId]: 'x'.repeat(1_000_000) } })
  await groups.settle()
  expect(sync.done.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR)
})

test('an assignment that is not committed in time sends all members back to join', async () => {
  const groups = await GroupFixture.leading({ commitsAtOnce: false })
  const { memberId } = await groups.joinWithId({ rebalanceTimeoutMs: 60_000 })
  groups.log.commit()
  await groups.advance(3_000)
  const sync = groups.sync({ memberId, generation: 1, assignments: { [memberId]: 'all' } })
  await groups.advance(5_000)
  expect(sync.done.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
})

test('a leader that falls silent is removed, and another member leads the next generation', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(3)
  const [, second, third] = memberIds as [string, string, string]
  await groups.advance(6_000)
  for (const memberId of [second, third]) groups.heartbeat({ memberId, generation: 1 })
  await groups.advance(4_000)
  expect(groups.heartbeat({ memberId: second, generation: 1 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  const joins = [groups.join({ memberId: second }), groups.join({ memberId: third })]
  await groups.settle()
  expect(joins.map(({ done }) => done.generationId)).toEqual([2, 2])
  expect(joins[0]!.done.leader).toBe(second)
  await groups.syncAll({ memberIds: [second, third], generation: 2 })
  expect(await groups.stateOf()).toBe('Stable')
  groups.check()
})

test('heartbeats keep a member for as long as they come, and set no timers', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(2)
  const timers = groups.clock.pendingTimers
  for (let round = 0; round < 20; round++) {
    await groups.advance(4_000)
    for (const memberId of memberIds) {
      expect(groups.heartbeat({ memberId, generation: 1 })).toBe(ErrorCode.NONE)
    }
    expect(groups.clock.pendingTimers).toBe(timers)
  }
  await groups.advance(9_999)
  expect(await groups.stateOf()).toBe('Stable')
  await groups.advance(1)
  expect(await groups.stateOf()).not.toBe('Stable')
})

test('who has not rejoined at the end of the rebalance time-out is out', async () => {
  const groups = await GroupFixture.leading()
  const options = { rebalanceTimeoutMs: 20_000 }
  const { memberIds } = await groups.stableGroup(3, options)
  const [first, second, third] = memberIds as [string, string, string]
  const joins = [groups.join({ memberId: first, ...options }), groups.join({ memberId: second, ...options })]
  for (let passed = 0; passed < 20_000; passed += 4_000) {
    expect(joins[0]!.isPending).toBe(true)
    // Alive, but it does not rejoin.
    expect(groups.heartbeat({ memberId: third, generation: 1 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    await groups.advance(4_000)
  }
  expect(joins.map(({ done }) => done.generationId)).toEqual([2, 2])
  expect(joins[0]!.done.members!.map(({ memberId }) => memberId)).toEqual([first, second])
  expect(groups.heartbeat({ memberId: third, generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('a member that has joined and does not sync within the rebalance time-out is out', async () => {
  const groups = await GroupFixture.leading()
  const options = { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 60_000 }
  const members = [await groups.joinWithId(options), await groups.joinWithId(options)]
  await groups.advance(6_000)
  const [leader, idle] = members.map(({ memberId }) => memberId) as [string, string]
  groups.sync({ memberId: leader, generation: 1 })
  await groups.advance(19_999)
  expect((await groups.describe()).members).toHaveLength(2)
  await groups.advance(1)
  expect((await groups.describe()).members!.map(({ memberId }) => memberId)).toEqual([leader])
  expect(groups.heartbeat({ memberId: idle, generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  expect(groups.heartbeat({ memberId: leader, generation: 1 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
})

test('a group whose last member falls silent becomes empty in the log, too', async () => {
  const groups = await GroupFixture.leading()
  await groups.stableGroup(1)
  await groups.advance(10_000)
  expect(await groups.stateOf()).toBe('Empty')
  expect(groups.records().at(-1)).toMatchObject({
    type: 'GroupMetadata',
    version: 3,
    value: { protocolType: 'consumer', generation: 2, protocol: null, leader: null, members: [] },
  })
  groups.check()
})

test('a heartbeat that does not fit is told why', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  const memberId = memberIds[0]!
  expect(groups.heartbeat({ group: '', memberId, generation: 1 })).toBe(ErrorCode.INVALID_GROUP_ID)
  expect(groups.heartbeat({ group: 'other', memberId, generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  expect(groups.heartbeat({ memberId: 'stranger', generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  expect(groups.heartbeat({ memberId, generation: 2 })).toBe(ErrorCode.ILLEGAL_GENERATION)
  expect(groups.heartbeat({ memberId, generation: 1, instance: 'me' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('what a request brought is kept as a copy, since its buffer is used again', async () => {
  const groups = await GroupFixture.leading({ settings: { groupInitialRebalanceDelayMs: 0 } })
  const subscription = Buffer.from('subscription')
  const first = groups.join({ version: 3, protocols: { range: subscription } })
  await groups.settle()
  subscription.fill(0)
  expect(first.done.members![0]!.metadata).toEqual(Buffer.from('subscription'))
})
