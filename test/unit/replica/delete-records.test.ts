import { expect, it } from 'vitest'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { batchOf, brokerRecord, CONSUMER, outcomeOf, ReplicaFixture, target } from './replica-fixture.ts'

const deleteUpTo = (fixture: ReplicaFixture, offset: number | undefined, timeoutMs = 1_000) =>
  fixture.replicas
    .deleteRecords([{ topic: 't', partition: 0, offset }], { timeoutMs })
    .then(([result]) => result)

async function withRecords(count = 5): Promise<ReplicaFixture> {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic('t')
  await fixture.produce('t', batchOf({ count }))
  return fixture
}

it('deleted records are out of range at once, and also after power is cut', async () => {
  let fixture = await withRecords()
  expect(await deleteUpTo(fixture, 3)).toEqual({ errorCode: ErrorCode.NONE, lowWatermark: 3 })
  fixture = await fixture.crash()
  expect(fixture.partition('t').log.logStartOffset).toBe(3)
  const [before, at] = await fixture.replicas.fetch([target('t', 2), target('t', 3)], CONSUMER)
  expect([before?.errorCode, at?.errorCode]).toEqual([ErrorCode.OFFSET_OUT_OF_RANGE, ErrorCode.NONE])
  expect(at?.offsets?.logStartOffset).toBe(3)
})

it('everything that is committed goes when no offset is named', async () => {
  const fixture = await withRecords()
  expect(await deleteUpTo(fixture, undefined)).toEqual({ errorCode: ErrorCode.NONE, lowWatermark: 5 })
  expect(await deleteUpTo(fixture, 2)).toEqual({ errorCode: ErrorCode.NONE, lowWatermark: 5 })
})

it('offsets beyond the high watermark and impossible ones are refused', async () => {
  const fixture = await withRecords()
  for (const offset of [6, -2, 2 ** 60]) {
    expect(await deleteUpTo(fixture, offset)).toEqual({
      errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
      lowWatermark: undefined,
    })
  }
})

it('a topic that is compacted only keeps its records', async () => {
  const fixture = await withRecords()
  fixture.configs.set('c', { cleanupDelete: false, cleanupCompact: true })
  await fixture.createTopic('c', { topicId: 'AAAAAAAAQAAAAAAAAAAAAw' })
  const [result] = await fixture.replicas.deleteRecords([{ topic: 'c', partition: 0, offset: 0 }], {
    timeoutMs: 1_000,
  })
  expect(result?.errorCode).toBe(ErrorCode.POLICY_VIOLATION)
})

it('the answer waits until the followers that are alive have deleted theirs', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.apply(brokerRecord(2))
  await fixture.createTopic('t', { replicas: [1, 2], isr: [1] })
  await fixture.produce('t', batchOf({ count: 5 }))
  const follow = (logStartOffset: number) =>
    fixture.replicas.fetch([target('t', 5, { logStartOffset })], {
      ...CONSUMER,
      isolation: 'log-end',
      follower: { replicaId: 2, brokerEpoch: 20 },
    })
  const deleted = deleteUpTo(fixture, 4)
  expect(await outcomeOf(deleted)).toBe('pending')
  await follow(0)
  expect(await outcomeOf(deleted)).toBe('pending')
  await follow(4)
  expect(await deleted).toEqual({ errorCode: ErrorCode.NONE, lowWatermark: 4 })
  const late = deleteUpTo(fixture, 5)
  expect(await outcomeOf(late)).toBe('pending')
  fixture.clock.advance(1_000)
  expect(await late).toEqual({ errorCode: ErrorCode.REQUEST_TIMED_OUT, lowWatermark: undefined })
})
