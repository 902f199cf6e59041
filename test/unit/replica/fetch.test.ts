import { describe, expect, it } from 'vitest'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import type { FetchParameters, FetchTarget } from '../../../src/replica/delayed-fetch.ts'
import type { FetchedPartition } from '../../../src/replica/fetched-partition.ts'
import { markerOf, splitBatches } from '../log/log-fixture.ts'
import {
  batchOf,
  brokerRecord,
  CONSUMER,
  outcomeOf,
  ReplicaFixture,
  settle,
  target,
  uuid,
} from './replica-fixture.ts'

const offsetsOf = ({ buffers }: FetchedPartition) =>
  splitBatches(Buffer.concat(buffers)).map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])

const leaderChange = (leader: number, topicId = uuid(1)) =>
  metadataRecord('PartitionChangeRecord', 2, { topicId, partitionId: 0, leader })

async function started(topics: readonly string[] = ['t']): Promise<ReplicaFixture> {
  const fixture = await ReplicaFixture.start()
  for (const [index, name] of topics.entries()) await fixture.createTopic(name, { topicId: uuid(index + 1) })
  return fixture
}

async function fetch(
  fixture: ReplicaFixture,
  targets: readonly FetchTarget[],
  parameters: Partial<FetchParameters> = {},
): Promise<FetchedPartition[]> {
  return fixture.replicas.fetch(targets, { ...CONSUMER, ...parameters })
}

async function fetchOne(
  fixture: ReplicaFixture,
  wanted: FetchTarget,
  parameters: Partial<FetchParameters> = {},
): Promise<FetchedPartition> {
  const [fetched] = await fetch(fixture, [wanted], parameters)
  return fetched as FetchedPartition
}

describe('what a fetch returns', () => {
  it('from the middle of a batch is the whole batch, from memory and from the file', async () => {
    const fixture = await started()
    for (let batch = 0; batch < 3; batch++) await fixture.produce('t', batchOf({ count: 10 }))
    expect(offsetsOf(await fetchOne(fixture, target('t', 15)))).toEqual([
      [10, 19],
      [20, 29],
    ])
    const again = await fixture.restart()
    expect(offsetsOf(await fetchOne(again, target('t', 15)))).toEqual([
      [10, 19],
      [20, 29],
    ])
  })

  it('is a first batch larger than every limit, once, and then what fits', async () => {
    const fixture = await started(['a', 'b', 'c'])
    await fixture.produce('a', batchOf({ valueBytes: 900_000 }))
    const fitting = batchOf({ valueBytes: 500 })
    const { length } = fitting
    await fixture.produce('b', fitting)
    await fixture.produce('c', batchOf({ valueBytes: 100 }))
    const tiny = { maxBytes: 1 }
    const [a, b] = await fetch(fixture, [target('a', 0, tiny), target('b', 0, tiny)])
    expect((a as FetchedPartition).sizeBytes).toBeGreaterThan(900_000)
    expect((b as FetchedPartition).sizeBytes).toBe(0)
    const [empty, first, second] = await fetch(fixture, [target('a', 1), target('b', 0), target('c', 0)], {
      maxBytes: 700,
    })
    expect([empty, first, second].map(each => (each as FetchedPartition).sizeBytes)).toEqual([0, length, 0])
  })

  it('is nothing above the high watermark, and beyond the log end an error', async () => {
    const fixture = await started()
    await fixture.produce('t', batchOf({ count: 2 }))
    fixture.gate.close('flush')
    const waiting = fixture.produce('t', batchOf())
    const atEnd = await fetchOne(fixture, target('t', 2))
    expect([atEnd.errorCode, atEnd.sizeBytes, atEnd.offsets?.highWatermark]).toEqual([ErrorCode.NONE, 0, 2])
    for (const offset of [-1, 4, 2 ** 53, Number.NaN]) {
      expect(await fetchOne(fixture, target('t', offset))).toMatchObject({
        errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
        offsets: undefined,
      })
    }
    fixture.gate.open()
    await waiting
  })

  it('is checked against the epoch that the reader knows of', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { leaderEpoch: 4 })
    const codeFor = async (currentLeaderEpoch: number) =>
      (await fetchOne(fixture, target('t', 0, { currentLeaderEpoch }))).errorCode
    expect(await codeFor(3)).toBe(ErrorCode.FENCED_LEADER_EPOCH)
    expect(await codeFor(4)).toBe(ErrorCode.NONE)
    expect(await codeFor(5)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
  })

  it('is an error for a topic that has another id, is not there, or is led elsewhere', async () => {
    const fixture = await started()
    await fixture.createTopic('far', { topicId: uuid(8), replicas: [2, 1], leader: 2 })
    const [wrong, right, none, far] = await fetch(fixture, [
      target('t', 0, { topicId: uuid(5) }),
      target('t', 0, { topicId: uuid(1) }),
      target('none', 0),
      target('far', 0),
    ])
    expect([wrong, right, none, far].map(each => each?.errorCode)).toEqual([
      ErrorCode.INCONSISTENT_TOPIC_ID,
      ErrorCode.NONE,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ])
    // A newer consumer may read from a follower.
    expect((await fetchOne(fixture, target('far', 0), { leaderOnly: false })).errorCode).toBe(ErrorCode.NONE)
  })

  it('of committed transactions ends before the open one and names the aborted', async () => {
    const fixture = await started()
    const partition = fixture.partition('t')
    const [aborter, opener] = [
      { producerId: 1, producerEpoch: 0 },
      { producerId: 2, producerEpoch: 0 },
    ]
    const transactional = (producer: typeof aborter) => batchOf({ ...producer, isTransactional: true })
    partition.appendFromCoordinator(transactional(aborter))
    partition.appendFromCoordinator(markerOf({ ...aborter, result: 'abort' }))
    partition.appendFromCoordinator(transactional(opener))
    partition.appendFromCoordinator(batchOf())
    await settle()
    const committed = await fetchOne(fixture, target('t', 0), { isolation: 'last-stable-offset' })
    expect(committed.offsets).toEqual({ highWatermark: 4, lastStableOffset: 2, logStartOffset: 0 })
    expect(offsetsOf(committed)).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(committed.abortedTransactions).toEqual([{ producerId: 1, firstOffset: 0 }])
    const all = await fetchOne(fixture, target('t', 0))
    expect([offsetsOf(all).length, all.abortedTransactions]).toEqual([4, undefined])
    const atEnd = await fetchOne(fixture, target('t', 2), { isolation: 'last-stable-offset' })
    expect([atEnd.sizeBytes, atEnd.abortedTransactions]).toEqual([0, []])
  })

  it('takes no more than some megabytes from files at a time', async () => {
    let fixture = await started(['a', 'b'])
    for (const topic of ['a', 'b']) {
      for (let batch = 0; batch < 10; batch++) {
        await fixture.produce(topic, batchOf({ valueBytes: 1_000_000 }))
      }
    }
    fixture = await fixture.restart()
    const large = { maxBytes: 50_000_000 }
    const fetched = await fetch(fixture, [target('a', 0, large), target('b', 0, large)])
    const bytes = fetched.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    expect(bytes).toBeGreaterThan(5_000_000)
    expect(bytes).toBeLessThanOrEqual(8 * 1024 * 1024)
  })
})

describe('a fetch that waits', () => {
  const wait = { maxWaitMs: 500 }

  it('is answered when there is something committed to read, not when it is appended', async () => {
    const fixture = await started()
    const waiting = fetchOne(fixture, target('t', 0), wait)
    fixture.gate.close('flush')
    const produced = fixture.produce('t', batchOf())
    expect(await outcomeOf(waiting)).toBe('pending')
    fixture.gate.open()
    expect(offsetsOf(await waiting)).toEqual([[0, 0]])
    await produced
    expect(fixture.replicas.waiting.fetches).toBe(0)
  })

  it('waits for all of the bytes that it asks for, over all its partitions', async () => {
    const fixture = await started(['a', 'b'])
    const waiting = fetch(fixture, [target('a', 0), target('b', 0)], { ...wait, minBytes: 400 })
    await fixture.produce('a', batchOf({ valueBytes: 200 }))
    expect(await outcomeOf(waiting)).toBe('pending')
    await fixture.produce('b', batchOf({ valueBytes: 200 }))
    expect((await waiting).map(each => offsetsOf(each))).toEqual([[[0, 0]], [[0, 0]]])
  })

  it('is answered with what there is when its time is up', async () => {
    const fixture = await started()
    await fixture.produce('t', batchOf())
    const waiting = fetchOne(fixture, target('t', 0), { ...wait, minBytes: 10_000 })
    fixture.clock.advance(499)
    expect(await outcomeOf(waiting)).toBe('pending')
    fixture.clock.advance(1)
    expect(offsetsOf(await waiting)).toEqual([[0, 0]])
    expect(fixture.clock.nextDueMs).toBeGreaterThan(500)
  })

  it('is answered at once when the leader changes or the topic goes', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2] })
    const led = fetchOne(fixture, target('t', 0, { currentLeaderEpoch: 0 }), wait)
    await fixture.apply(leaderChange(2))
    expect(await led).toMatchObject({ errorCode: ErrorCode.FENCED_LEADER_EPOCH })
    await fixture.apply(leaderChange(1))
    const there = fetchOne(fixture, target('t', 0), wait)
    await fixture.apply(metadataRecord('RemoveTopicRecord', 0, { topicId: uuid(1) }))
    expect(await there).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
  })

  it('is answered at once when one of its partitions has an error', async () => {
    const fixture = await started()
    const [ok, none] = await fetch(fixture, [target('t', 0), target('none', 0)], wait)
    expect([ok?.errorCode, none?.errorCode]).toEqual([ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])
  })

  it('costs nothing while others wait at other partitions', async () => {
    const fixture = await started(['a', 'b'])
    const waiting = Array.from({ length: 1_000 }, () => fetchOne(fixture, target('a', 0), wait))
    await fixture.produce('b', batchOf())
    expect(fixture.replicas.waiting.fetches).toBe(1_000)
    await fixture.produce('a', batchOf())
    for (const each of await Promise.all(waiting)) expect(offsetsOf(each)).toEqual([[0, 0]])
    expect(fixture.replicas.waiting.fetches).toBe(0)
  })

  it('is answered when the broker stops', async () => {
    const fixture = await started()
    const waiting = fetchOne(fixture, target('t', 0), wait)
    await fixture.stop()
    expect(await waiting).toMatchObject({ errorCode: ErrorCode.NONE, sizeBytes: 0 })
  })
})

describe('a fetch of a follower', () => {
  const FOLLOWER = {
    isolation: 'log-end',
    leaderOnly: true,
    follower: { replicaId: 2, brokerEpoch: 20 },
  } as const

  async function withFollower(): Promise<ReplicaFixture> {
    const fixture = await ReplicaFixture.start()
    await fixture.apply(brokerRecord(2))
    await fixture.createTopic('t', { replicas: [1, 2], isr: [1, 2] })
    return fixture
  }

  it('sees the log end, and its offset acknowledges what lies below', async () => {
    const fixture = await withFollower()
    const produced = fixture.produce('t', batchOf({ count: 3 }))
    await settle()
    const read = await fetchOne(fixture, target('t', 0, { logStartOffset: 0 }), FOLLOWER)
    expect([offsetsOf(read), read.offsets?.highWatermark]).toEqual([[[0, 2]], 0])
    expect(await outcomeOf(produced)).toBe('pending')
    await fetchOne(fixture, target('t', 3, { logStartOffset: 0 }), FOLLOWER)
    expect(await produced).toMatchObject({ errorCode: ErrorCode.NONE })
    expect(fixture.partition('t').highWatermark).toBe(3)
  })

  it('that waits is answered by an append that is not on disk yet', async () => {
    const fixture = await withFollower()
    fixture.gate.close('write')
    const waiting = fetchOne(fixture, target('t', 0, { logStartOffset: 0 }), { ...FOLLOWER, maxWaitMs: 500 })
    const produced = fixture.produce('t', batchOf(), { acks: 0 })
    expect(offsetsOf(await waiting)).toEqual([[0, 0]])
    await produced
    fixture.gate.open()
  })

  it('is refused when it comes from no replica, or from one before its restart', async () => {
    const fixture = await withFollower()
    const codeFor = async (replicaId: number, brokerEpoch: number, currentLeaderEpoch?: number) => {
      const follower = { ...FOLLOWER, follower: { replicaId, brokerEpoch } }
      return (await fetchOne(fixture, target('t', 0, { currentLeaderEpoch }), follower)).errorCode
    }
    expect(await codeFor(3, 30)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(await codeFor(3, 30, 0)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
    expect(await codeFor(1, 10)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(await codeFor(2, 19)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(await codeFor(2, 20, 0)).toBe(ErrorCode.NONE)
  })

  it('is told where its log and the leader’s part, without counting as an acknowledgement', async () => {
    const fixture = await withFollower()
    await fixture.produce('t', batchOf({ count: 4 }), { acks: 1 })
    await fixture.apply(leaderChange(2))
    await fixture.apply(leaderChange(1))
    await fixture.produce('t', batchOf({ count: 4 }), { acks: 1 })
    const diverging = await fetchOne(
      fixture,
      target('t', 6, { lastFetchedEpoch: 0, logStartOffset: 0 }),
      FOLLOWER,
    )
    expect(diverging).toMatchObject({
      errorCode: ErrorCode.NONE,
      divergingEpoch: { leaderEpoch: 0, endOffset: 4 },
      sizeBytes: 0,
    })
    expect(fixture.partition('t').highWatermark).toBe(0)
    const unknown = target('t', 4, { lastFetchedEpoch: 9, logStartOffset: 0 })
    expect((await fetchOne(fixture, unknown, FOLLOWER)).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE)
    const agreeing = target('t', 4, { lastFetchedEpoch: 0, logStartOffset: 0 })
    expect(offsetsOf(await fetchOne(fixture, agreeing, FOLLOWER))).toEqual([[4, 7]])
  })
})
