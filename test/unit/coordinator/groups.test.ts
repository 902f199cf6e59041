import { expect, test } from 'vitest'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { GroupFixture } from './group-fixture.ts'

test('members that leave hand their parts to the others', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(3)
  const [first, second, third] = memberIds as [string, string, string]
  const leave = groups.leave([{ memberId: second }, { memberId: 'stranger' }, { memberId: third }])
  await groups.settle()
  expect(leave.done).toMatchObject({
    errorCode: ErrorCode.NONE,
    members: [
      { memberId: second, errorCode: ErrorCode.NONE },
      { memberId: 'stranger', errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
      { memberId: third, errorCode: ErrorCode.NONE },
    ],
  })
  expect(groups.heartbeat({ memberId: first, generation: 1 })).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  expect(groups.heartbeat({ memberId: second, generation: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('that the last member left is told when it is committed', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  groups.log.commitsAtOnce = false
  const leave = groups.leave([{ memberId: memberIds[0]! }])
  await groups.settle()
  expect(leave.isPending).toBe(true)
  groups.log.commit()
  await groups.settle()
  expect(leave.done.errorCode).toBe(ErrorCode.NONE)
  expect(await groups.stateOf()).toBe('Empty')
  groups.check()
})

test('a member that leaves while its JoinGroup waits is told to join anew', async () => {
  const groups = await GroupFixture.leading()
  const { memberId, joining } = await groups.joinWithId()
  groups.leave([{ memberId }])
  await groups.settle()
  expect(joining.done).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: '' })
})

test('an id that was given out can leave', async () => {
  const groups = await GroupFixture.leading()
  const first = groups.join()
  await groups.settle()
  const leave = groups.leave([{ memberId: first.done.memberId }])
  await groups.settle()
  expect(leave.done.members).toMatchObject([{ errorCode: ErrorCode.NONE }])
  const second = groups.join({ memberId: first.done.memberId })
  await groups.settle()
  expect(second.done.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
})

test('nobody can leave a group that is not there', async () => {
  const groups = await GroupFixture.leading()
  const leave = groups.leave([{ memberId: 'a' }], 'other')
  const unnamed = groups.leave([{ memberId: 'a' }], '')
  await groups.settle()
  expect(leave.done).toMatchObject({
    errorCode: ErrorCode.NONE,
    members: [{ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }],
  })
  expect(unnamed.done.errorCode).toBe(ErrorCode.INVALID_GROUP_ID)
})

test('a stable group is described with what its members told and were given', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(2, { clientId: 'reader' })
  expect(await groups.describe()).toEqual({
    errorCode: ErrorCode.NONE,
    groupId: 'group',
    groupState: 'Stable',
    protocolType: 'consumer',
    protocolData: 'range',
    members: memberIds.map(memberId => ({
      memberId,
      groupInstanceId: null,
      clientId: 'reader',
      clientHost: '/127.0.0.1',
      memberMetadata: Buffer.from('subscription'),
      memberAssignment: Buffer.from(`assignment of ${memberId}`),
    })),
  })
})

test('during a rebalance a group is described without its protocol', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  await groups.joinWithId()
  const described = await groups.describe()
  expect(described).toMatchObject({
    groupState: 'PreparingRebalance',
    protocolType: 'consumer',
    protocolData: '',
  })
  expect(described.members![0]).toMatchObject({ memberId: memberIds[0], memberMetadata: Buffer.alloc(0) })
})

test('a group that is not there is dead, and from version 6 on an error', async () => {
  const groups = await GroupFixture.leading()
  expect(await groups.describe('other', 5)).toEqual({
    errorCode: ErrorCode.NONE,
    groupId: 'other',
    groupState: 'Dead',
    protocolType: '',
    protocolData: '',
    members: [],
  })
  expect(await groups.describe('other', 6)).toMatchObject({
    errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
    errorMessage: 'Group other not found.',
    groupState: 'Dead',
  })
})

test('groups are listed by their states and types', async () => {
  const groups = await GroupFixture.leading()
  await groups.stableGroup(1, { group: 'stable' })
  await groups.joinWithId({ group: 'joining' })
  groups.commit({ topic: 1 }, { groupId: 'simple' })
  await groups.settle()
  const list = async (statesFilter: string[], typesFilter: string[] = []) => {
    const { groups: listed = [] } = await groups.service.listGroups({ statesFilter, typesFilter })
    return listed.map(({ groupId }) => groupId).sort()
  }
  expect(await list([])).toEqual(['joining', 'simple', 'stable'])
  expect(await list(['stable', ' EMPTY '])).toEqual(['simple', 'stable'])
  expect(await list(['PreparingRebalance'])).toEqual(['joining'])
  expect(await list([], ['Classic'])).toEqual(['joining', 'simple', 'stable'])
  expect(await list(['Stable'], ['consumer'])).toEqual([])
  expect(await list(['no such state'])).toEqual([])
  const { groups: listed } = await groups.service.listGroups({ statesFilter: ['Stable'], typesFilter: [] })
  expect(listed).toEqual([
    { groupId: 'stable', protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' },
  ])
})

test('a group without members is deleted with all its offsets', async () => {
  const groups = await GroupFixture.leading()
  const { memberIds } = await groups.stableGroup(1)
  const memberId = memberIds[0]!
  groups.commit({ one: 1, two: 2 }, { memberId, generationIdOrMemberEpoch: 1 })
  await groups.settle()
  expect(await groups.service.deleteGroups(['group', 'other'])).toEqual([
    { groupId: 'group', errorCode: ErrorCode.NON_EMPTY_GROUP },
    { groupId: 'other', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
  ])
  groups.leave([{ memberId }])
  await groups.settle()
  expect(await groups.service.deleteGroups(['group', 'group'])).toEqual([
    { groupId: 'group', errorCode: ErrorCode.NONE },
    { groupId: 'group', errorCode: ErrorCode.NONE },
  ])
  expect((await groups.describe()).groupState).toBe('Dead')
  expect(await groups.offsets()).toEqual({})
  groups.check()
  await groups.lead()
  expect((await groups.describe()).groupState).toBe('Dead')
})

test('deletions too many for one batch are cut into several, the group last', async () => {
  const groups = await GroupFixture.leading()
  const topic = 't'.repeat(249)
  const partitions = Array.from({ length: 2_000 }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset: 1n,
    committedLeaderEpoch: -1,
    committedMetadata: '',
    commitTimestamp: -1,
  }))
  groups.commit({}, { topics: [{ name: topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions }] })
  await groups.settle()
  const before = groups.log.batches.length
  expect(await groups.service.deleteGroups(['group'])).toEqual([
    { groupId: 'group', errorCode: ErrorCode.NONE },
  ])
  expect(groups.log.batches.length - before).toBeGreaterThan(1)
  expect(groups.records().at(-1)).toMatchObject({ type: 'GroupMetadata', value: undefined })
  groups.check()
})
