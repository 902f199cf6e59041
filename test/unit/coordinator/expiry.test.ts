import { expect, test } from 'vitest'
import { encodeMessage } from '../../../src/protocol/codec.ts'
import { consumerProtocolSubscription } from '../../../src/protocol/messages/consumer-protocol-subscription.ts'
import { GroupFixture } from './group-fixture.ts'

const MINUTE_MS = 60_000

/** Offsets are kept for an hour and looked at every minute. */
const settings = { offsetsRetentionMinutes: 60, offsetsRetentionCheckIntervalMs: MINUTE_MS }

function subscription(...topics: string[]): Buffer {
  return Buffer.concat([Buffer.from([0, 0]), encodeMessage(consumerProtocolSubscription, 0, { topics })])
}

test('an offset that a group without members commits expires with time from its commit on', async () => {
  const groups = await GroupFixture.leading({ settings })
  groups.commit({ early: 1 })
  await groups.advance(30 * MINUTE_MS)
  groups.commit({ late: 2 })
  await groups.advance(29 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({ early: 1n, late: 2n })
  await groups.advance(MINUTE_MS)
  expect(await groups.offsets()).toEqual({ late: 2n })
  expect(await groups.stateOf()).toBe('Empty')
  await groups.advance(30 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({})
  expect(await groups.stateOf()).toBe('Dead')
  groups.check()
})

test('the offsets of a group expire with time from when its last member left', async () => {
  const groups = await GroupFixture.leading({ settings })
  const options = { sessionTimeoutMs: 1_800_000 }
  const { memberIds } = await groups.stableGroup(1, options)
  groups.commit({ topic: 1 }, { memberId: memberIds[0]!, generationIdOrMemberEpoch: 1 })
  await groups.advance(25 * MINUTE_MS)
  groups.heartbeat({ memberId: memberIds[0]!, generation: 1 })
  await groups.advance(25 * MINUTE_MS)
  groups.leave([{ memberId: memberIds[0]! }])
  await groups.advance(59 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({ topic: 1n })
  await groups.advance(2 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({})
  expect(await groups.stateOf()).toBe('Dead')
  groups.check()
})

test('how long a group has been empty is not forgotten at a change of leader', async () => {
  const groups = await GroupFixture.leading({ settings })
  const { memberIds } = await groups.stableGroup(1)
  groups.commit({ topic: 1 }, { memberId: memberIds[0]!, generationIdOrMemberEpoch: 1 })
  groups.leave([{ memberId: memberIds[0]! }])
  await groups.advance(40 * MINUTE_MS)
  await groups.lead()
  await groups.advance(19 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({ topic: 1n })
  await groups.advance(2 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({})
})

test('while a group has members only topics that none of them reads expire', async () => {
  const groups = await GroupFixture.leading({ settings })
  const { memberIds } = await groups.stableGroup(1, { protocols: { range: subscription('read') } })
  const memberId = memberIds[0]!
  groups.commit({ read: 1, unread: 2 }, { memberId, generationIdOrMemberEpoch: 1 })
  for (let passed = 0; passed < 61 * MINUTE_MS; passed += 9_000) {
    groups.heartbeat({ memberId, generation: 1 })
    await groups.advance(9_000)
  }
  expect(await groups.stateOf()).toBe('Stable')
  expect(await groups.offsets()).toEqual({ read: 1n })
})

test('nothing of a group with members of another kind, or in a rebalance, expires', async () => {
  const groups = await GroupFixture.leading({ settings: { ...settings, offsetsRetentionMinutes: 1 } })
  const options = { group: 'connect', protocolType: 'connect', sessionTimeoutMs: 1_800_000 }
  const { memberIds } = await groups.stableGroup(1, options)
  groups.commit({ topic: 1 }, { groupId: 'connect', memberId: memberIds[0]!, generationIdOrMemberEpoch: 1 })
  await groups.advance(10 * MINUTE_MS)
  expect(await groups.offsets('connect')).toEqual({ topic: 1n })
})

test('an old client chooses how long its offsets are kept', async () => {
  const groups = await GroupFixture.leading({ settings })
  groups.commit({ short: 1 }, { version: 2, retentionTimeMs: 5 * MINUTE_MS })
  groups.commit({ long: 2 }, { version: 2, retentionTimeMs: 120 * MINUTE_MS })
  await groups.settle()
  expect(groups.records()[0]).toMatchObject({
    version: 1,
    value: { expireTimestamp: groups.clock.nowMs() + 5 * MINUTE_MS },
  })
  await groups.advance(5 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({ long: 2n })
  await groups.advance(114 * MINUTE_MS)
  expect(await groups.offsets()).toEqual({ long: 2n })
  await groups.advance(MINUTE_MS)
  expect(await groups.offsets()).toEqual({})
})

test('a group is not deleted while an id that was given out may still join', async () => {
  const groups = await GroupFixture.leading({ settings })
  const first = groups.join({ sessionTimeoutMs: 10 * MINUTE_MS })
  await groups.advance(5 * MINUTE_MS)
  const second = groups.join({ memberId: first.done.memberId, sessionTimeoutMs: 10 * MINUTE_MS })
  await groups.advance(3_000)
  expect(second.done.errorCode).toBe(0)
})

test('very many offsets expire, whatever a batch may hold', async () => {
  const groups = await GroupFixture.leading({
    settings: { ...settings, offsetsRetentionCheckIntervalMs: 61 * MINUTE_MS },
  })
  const partitions = Array.from({ length: 500 }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset: 1n,
    committedLeaderEpoch: -1,
    committedMetadata: '',
    commitTimestamp: -1,
  }))
  for (let group = 0; group < 10; group++) {
    const topics = [{ name: 't'.repeat(249), topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions }]
    groups.commit({}, { groupId: `group ${group}`, topics })
  }
  await groups.advance(61 * MINUTE_MS)
  const { groups: listed } = await groups.service.listGroups({ statesFilter: [], typesFilter: [] })
  expect(listed).toEqual([])
  groups.check()
})
