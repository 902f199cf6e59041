import { expect, test } from 'vitest'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { GroupFixture } from './group-fixture.ts'

test('a member that joins without an id is given one and told to come back with it', async () => {
  const groups = await GroupFixture.leading()
  const first = groups.join({ clientId: 'reader' })
  await groups.settle()
  expect(first.done).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, generationId: -1 })
  expect(first.done.memberId).toMatch(
    /^reader-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(await groups.stateOf()).toBe('Empty')
  groups.check()
})

test('with no initial delay a member that is alone joins at once', async () => {
  const groups = await GroupFixture.leading({ settings: { groupInitialRebalanceDelayMs: 0 } })
  const { memberId, joining } = await groups.joinWithId()
  expect(joining.done).toMatchObject({
    errorCode: ErrorCode.NONE,
    generationId: 1,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: memberId,
    memberId,
    skipAssignment: false,
    members: [{ memberId, groupInstanceId: null, metadata: Buffer.from('subscription') }],
  })
  expect(groups.clock.monotonicMs()).toBe(0)
})

test('members from before version 4 join with their first request', async () => {
  const groups = await GroupFixture.leading({ settings: { groupInitialRebalanceDelayMs: 0 } })
  const joining = groups.join({ version: 3 })
  await groups.settle()
  expect(joining.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
})

test('three members that come during the initial delay are in one generation with one leader', async () => {
  const groups = await GroupFixture.leading()
  const members = []
  for (let index = 0; index < 3; index++) {
    members.push(await groups.joinWithId({ protocols: { range: `of ${index}` } }))
    await groups.advance(1_000)
  }
  expect(members.map(({ joining }) => joining.isPending)).toEqual([true, true, true])
  // At 3 s the delay is made longer by what the first one had, since others have come.
  await groups.advance(2_999)
  expect(members[0]!.joining.isPending).toBe(true)
  await groups.advance(1)
  const [leader, ...followers] = members.map(({ joining }) => joining.done)
  expect(leader).toMatchObject({ generationId: 1, leader: members[0]!.memberId })
  expect(leader!.members).toEqual(
    members.map(({ memberId }, index) => ({
      memberId,
      groupInstanceId: null,
      metadata: Buffer.from(`of ${index}`),
    })),
  )
  for (const follower of followers) {
    expect(follower).toMatchObject({ generationId: 1, leader: members[0]!.memberId, members: [] })
  }
  groups.check()
})

test('the initial delay is made longer only up to the rebalance time-out', async () => {
  const groups = await GroupFixture.leading()
  const first = await groups.joinWithId({ rebalanceTimeoutMs: 7_000 })
  let doneAtMs: number | undefined
  for (let second = 0; second < 12 && doneAtMs === undefined; second++) {
    await groups.joinWithId({ rebalanceTimeoutMs: 7_000 })
    await groups.advance(1_000)
    if (!first.joining.isPending) doneAtMs = groups.clock.monotonicMs()
  }
  expect(doneAtMs).toBe(7_000)
})

test('an id that is not used within the session time-out is forgotten', async () => {
  const groups = await GroupFixture.leading()
  const first = groups.join({ sessionTimeoutMs: 10_000 })
  await groups.settle()
  await groups.advance(10_000)
  const second = groups.join({ memberId: first.done.memberId })
  await groups.settle()
  expect(second.done.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('an id that was given out holds up a round until it joins or its time is up', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  const pending = groups.join({ sessionTimeoutMs: 6_000 })
  await groups.settle()
  const rejoining = groups.join({ memberId: memberIds[0]! })
  await groups.advance(5_999)
  expect(rejoining.isPending).toBe(true)
  await groups.advance(1)
  expect(rejoining.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 2 })
  expect(pending.done.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED)
})

test('what cannot be joined is refused', async () => {
  const groups = await GroupFixture.leading()
  const refusals = {
    emptyGroup: groups.join({ group: '' }),
    shortSession: groups.join({ sessionTimeoutMs: 5_999 }),
    longSession: groups.join({ sessionTimeoutMs: 1_800_001 }),
    unknownGroup: groups.join({ memberId: 'somebody' }),
    noProtocols: groups.join({ protocols: {} }),
    noType: groups.join({ protocolType: '' }),
  }
  await groups.settle()
  const codes = Object.fromEntries(Object.entries(refusals).map(([name, { done }]) => [name, done.errorCode]))
  expect(codes).toEqual({
    emptyGroup: ErrorCode.INVALID_GROUP_ID,
    shortSession: ErrorCode.INVALID_SESSION_TIMEOUT,
    longSession: ErrorCode.INVALID_SESSION_TIMEOUT,
    unknownGroup: ErrorCode.UNKNOWN_MEMBER_ID,
    noProtocols: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    noType: ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
  })
  expect(groups.records()).toEqual([])
})

test('a member that shares no protocol with all others is refused', async () => {
  const groups = await GroupFixture.leading()
  await groups.stableGroup(1, { protocols: { range: 'a', sticky: 'b' } })
  const otherType = groups.join({ protocolType: 'connect' })
  const otherProtocol = groups.join({ protocols: { roundrobin: 'c' } })
  const unknown = groups.join({ memberId: 'nobody', protocols: { range: 'a' } })
  await groups.settle()
  expect(otherType.done.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  expect(otherProtocol.done.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  expect(unknown.done.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('the protocol with the most votes among those that all know is chosen', async () => {
  const groups = await GroupFixture.leading()
  const preferences = [
    { range: '1', sticky: '1', own: '1' },
    { sticky: '2', range: '2' },
    { sticky: '3', range: '3', other: '3' },
  ]
  const members = []
  for (const protocols of preferences) members.push(await groups.joinWithId({ protocols }))
  await groups.advance(6_000)
  const [leader] = members.map(({ joining }) => joining.done)
  expect(leader).toMatchObject({ protocolName: 'sticky' })
  expect(leader!.members!.map(({ metadata }) => String(metadata))).toEqual(['1', '2', '3'])
})

test('a group takes no more members than group.max.size', async () => {
  const groups = await GroupFixture.leading({ settings: { groupMaxSize: 2 } })
  const { memberIds } = await groups.stableGroup(2)
  const third = groups.join()
  await groups.settle()
  expect(third.done).toMatchObject({ errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED, memberId: '' })
  expect((await groups.describe()).members).toHaveLength(2)
  expect(groups.heartbeat({ memberId: memberIds[0]!, generation: 1 })).toBe(ErrorCode.NONE)
})

test('a group that is too large after a load lets those stay that rejoin first', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(3)
  groups.settings = { ...groups.settings, groupMaxSize: 2 }
  await groups.lead()
  expect(await groups.stateOf()).toBe('PreparingRebalance')
  const joining = memberIds.map(memberId => groups.join({ memberId }))
  await groups.settle()
  expect(joining.map(({ done }) => done.errorCode)).toEqual([
    ErrorCode.NONE,
    ErrorCode.NONE,
    ErrorCode.GROUP_MAX_SIZE_REACHED,
  ])
})

test('a follower that asks again in a stable group gets the same generation and no rebalance', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(2)
  const again = groups.join({ memberId: memberIds[1]! })
  await groups.settle()
  expect(again.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1, members: [] })
  expect(await groups.stateOf()).toBe('Stable')
})

test('a leader that joins again, and a follower with another subscription, begin a rebalance', async () => {
  for (const [index, protocols] of [
    [0, { range: 'subscription' }],
    [1, { range: 'another subscription' }],
  ] as const) {
    const groups = await GroupFixture.leading()
    const { memberIds } = await groups.stableGroup(2)
    const joining = groups.join({ memberId: memberIds[index]!, protocols })
    await groups.settle()
    expect(joining.isPending).toBe(true)
    expect(groups.heartbeat({ memberId: memberIds[1 - index]!, generation: 1 })).toBe(
      ErrorCode.REBALANCE_IN_PROGRESS,
    )
    const other = groups.join({ memberId: memberIds[1 - index]! })
    await groups.settle()
    expect([joining.done.generationId, other.done.generationId]).toEqual([2, 2])
  }
})

test('a member that missed the answer to its JoinGroup gets it again', async () => {
  const groups = await GroupFixture.leading()
  const { memberId, joining } = await groups.joinWithId()
  await groups.advance(3_000)
  const again = groups.join({ memberId })
  await groups.settle()
  expect(again.done).toEqual(joining.done)
})

test('a new member whose JoinGroup waits for longer than five minutes is given up', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1, { rebalanceTimeoutMs: 3_600_000 })
  const { joining } = await groups.joinWithId({ rebalanceTimeoutMs: 3_600_000 })
  for (let second = 0; second < 300; second += 5) {
    expect(joining.isPending).toBe(true)
    groups.heartbeat({ memberId: memberIds[0]!, generation: 1 })
    await groups.advance(5_000)
  }
  expect(joining.done).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: '' })
})

test('a new group that cannot be written refuses its first member', async () => {
  const groups = await GroupFixture.leading()
  const { ApiError } = await import('../../../src/protocol/error-code.ts')
  groups.writer.failNext(new ApiError(ErrorCode.NOT_ENOUGH_REPLICAS))
  const joining = groups.join({ version: 0 })
  await groups.settle()
  expect(joining.done.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE)
  groups.check()
})

test('a member that asks again while it waits takes the place of its first request', async () => {
  const groups = await GroupFixture.leading()
  const { memberId, joining } = await groups.joinWithId()
  const again = groups.join({ memberId })
  await groups.settle()
  expect(joining.done.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  await groups.advance(3_000)
  expect(again.done).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 1 })
})
