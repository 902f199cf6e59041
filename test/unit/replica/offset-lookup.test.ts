import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { buildRecordBatch } from '../../../src/protocol/records/record-batch-builder.ts'
import type { FoundOffset, OffsetQuery } from '../../../src/replica/offset-lookup.ts'
import type { Partition } from '../../../src/replica/partition.ts'
import { batchOf, ReplicaFixture, settle, uuid } from './replica-fixture.ts'

const CLIENT = { isolation: 'high-watermark', leaderOnly: true, currentLeaderEpoch: undefined } as const

const found = (offset: number | undefined, more: Partial<FoundOffset> = {}): FoundOffset => ({
  errorCode: ErrorCode.NONE,
  offset,
  timestamp: undefined,
  leaderEpoch: undefined,
  ...more,
})

const leaderChange = (leader: number) =>
  metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(1), partitionId: 0, leader })

describe('the latest offset', () => {
  it('is where the reader’s isolation ends', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { leaderEpoch: 4 })
    const partition = fixture.partition('t')
    await fixture.produce('t', batchOf({ count: 3 }))
    const producer = { producerId: 1, producerEpoch: 0, isTransactional: true }
    partition.appendFromCoordinator(batchOf({ ...producer, count: 2 }))
    await settle()
    fixture.gate.close('flush')
    partition.appendFromCoordinator(batchOf())
    const latest = (isolation: 'log-end' | 'high-watermark' | 'last-stable-offset') =>
      partition.listOffset('latest', { ...CLIENT, isolation })
    expect(latest('log-end')).toEqual(found(6, { leaderEpoch: 4 }))
    expect(latest('high-watermark')).toEqual(found(5, { leaderEpoch: 4 }))
    expect(latest('last-stable-offset')).toEqual(found(3, { leaderEpoch: 4 }))
    fixture.gate.open()
  })

  it('does not move while followers are silent, and is not known to a new leader that lags (KIP-207)', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2], isr: [1, 2] })
    const partition = fixture.partition('t')
    for (let each = 0; each < 10; each++) await fixture.produce('t', batchOf(), { acks: 1 })
    expect(partition.listOffset('latest', CLIENT)).toEqual(found(0, { leaderEpoch: 0 }))
    await fixture.apply(leaderChange(2))
    await fixture.apply(leaderChange(1))
    const unknown = found(undefined, { errorCode: ErrorCode.OFFSET_NOT_AVAILABLE })
    expect(partition.listOffset('latest', CLIENT)).toEqual(unknown)
    expect(await partition.listOffset('max-timestamp', CLIENT)).toEqual(unknown)
    expect(await partition.listOffset({ atOrAfter: 0n }, CLIENT)).toEqual(unknown)
    expect(partition.listOffset('earliest', CLIENT)).toEqual(found(0, { leaderEpoch: 0 }))
    const broker = { ...CLIENT, isolation: 'log-end' } as const
    expect(partition.listOffset('latest', broker)).toEqual(found(10, { leaderEpoch: 2 }))
  })
})

it('the earliest offset is the log start, with the epoch of what lies there', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic('t', { replicas: [1, 2], isr: [1] })
  const partition = fixture.partition('t')
  await fixture.produce('t', batchOf({ count: 2 }))
  await fixture.apply(leaderChange(2))
  await fixture.apply(leaderChange(1))
  await fixture.produce('t', batchOf({ count: 2 }))
  expect(partition.listOffset('earliest', CLIENT)).toEqual(found(0, { leaderEpoch: 0 }))
  await fixture.replicas.deleteRecords([{ topic: 't', partition: 0, offset: 3 }], { timeoutMs: 0 })
  for (const query of ['earliest', 'earliest-local'] as const) {
    expect(partition.listOffset(query, CLIENT)).toEqual(found(3, { leaderEpoch: 2 }))
  }
})

it('nothing is tiered, and nothing waits for it', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic('t')
  for (const query of ['latest-tiered', 'earliest-pending-upload'] as const) {
    expect(fixture.partition('t').listOffset(query, CLIENT)).toEqual(found(undefined))
  }
})

it('the asker’s epoch is checked first', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic('t', { leaderEpoch: 4 })
  const codeFor = async (currentLeaderEpoch: number) =>
    (await fixture.partition('t').listOffset('latest', { ...CLIENT, currentLeaderEpoch })).errorCode
  expect(await codeFor(3)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
  expect(await codeFor(5)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
})

/** What a brute search over all records that may be seen finds. */
function model(timestamps: readonly bigint[], query: OffsetQuery, end: number): FoundOffset {
  const visible = timestamps.slice(0, end)
  const at = (offset: number) => found(offset, { timestamp: timestamps[offset], leaderEpoch: 0 })
  if (query === 'max-timestamp') {
    const max = BigInt(Math.max(-1, ...timestamps.map(Number)))
    const offset = timestamps.indexOf(max)
    return offset >= 0 && offset < end && max >= 0n ? at(offset) : found(undefined)
  }
  const { atOrAfter } = query as { atOrAfter: bigint }
  const offset = visible.findIndex(timestamp => timestamp >= atOrAfter)
  return offset < 0 ? found(undefined) : at(offset)
}

it('records are found by timestamps in any order as a search of all of them would, before and after a restart', async () => {
  const timestamp = fc.integer({ min: 0, max: 40 })
  const batches = fc.array(fc.array(timestamp, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(batches, fc.nat(12), fc.boolean(), async (written, open, restarts) => {
      let fixture = await ReplicaFixture.start({ config: { segmentBytes: 400, indexIntervalBytes: 1 } })
      await fixture.createTopic('t')
      // From this batch on a transaction is open.
      const stable = written.slice(0, open).flat().length
      for (const [index, values] of written.entries()) {
        const records = values.map(value => ({ value: Buffer.from('v'), timestamp: value }))
        const producer = { producerId: 1, producerEpoch: 0, isTransactional: true }
        const partition = fixture.partition('t')
        partition.appendFromCoordinator(buildRecordBatch(records, index >= open ? producer : {}))
      }
      await settle()
      if (restarts) fixture = await fixture.restart()
      const timestamps = written.flat().map(BigInt)
      const partition: Partition = fixture.partition('t')
      const queries: OffsetQuery[] = ['max-timestamp']
      for (let at = 0n; at <= 41n; at++) queries.push({ atOrAfter: at })
      for (const [isolation, end] of [
        ['high-watermark', timestamps.length],
        ['last-stable-offset', Math.min(stable, timestamps.length)],
      ] as const) {
        for (const query of queries) {
          const result = await partition.listOffset(query, { ...CLIENT, isolation })
          expect(result).toEqual(model(timestamps, query, end))
        }
      }
      await fixture.stop()
    }),
    { numRuns: 40 },
  )
})

it('the end of every epoch is as it was written, before and after a restart', async () => {
  let fixture = await ReplicaFixture.start()
  await fixture.createTopic('t', { replicas: [1, 2], isr: [1], leaderEpoch: 0 })
  const ends = new Map<number, number>()
  for (let count = 1; count <= 4; count++) {
    await fixture.produce('t', batchOf({ count }))
    ends.set(fixture.partition('t').leaderEpoch, fixture.partition('t').log.logEndOffset)
    await fixture.apply(leaderChange(2))
    await fixture.apply(leaderChange(1))
  }
  const asked = { currentLeaderEpoch: undefined, leaderOnly: true }
  for (const round of ['before', 'after']) {
    if (round === 'after') fixture = await fixture.restart()
    const partition = fixture.partition('t')
    for (const [leaderEpoch, endOffset] of ends) {
      expect(partition.endOffsetForEpoch(leaderEpoch, asked)).toEqual({
        errorCode: ErrorCode.NONE,
        found: { leaderEpoch, endOffset },
      })
      // An epoch in which another led ends where the one before it did.
      expect(partition.endOffsetForEpoch(leaderEpoch + 1, asked).found).toEqual({ leaderEpoch, endOffset })
    }
    expect(partition.endOffsetForEpoch(8, asked).found).toEqual({ leaderEpoch: 8, endOffset: 10 })
    expect(partition.endOffsetForEpoch(9, asked)).toEqual({ errorCode: ErrorCode.NONE, found: undefined })
    expect(partition.endOffsetForEpoch(0, { ...asked, currentLeaderEpoch: 7 }).errorCode).toBe(
      ErrorCode.FENCED_LEADER_EPOCH,
    )
    expect(partition.endOffsetForEpoch(0, { ...asked, currentLeaderEpoch: 9 }).errorCode).toBe(
      ErrorCode.UNKNOWN_LEADER_EPOCH,
    )
  }
})
