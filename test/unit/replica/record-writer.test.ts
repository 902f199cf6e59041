import { expect, it, vi } from 'vitest'
import type { LoggedBatch } from '../../../src/machine/record-writer.ts'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { codecForName } from '../../../src/protocol/records/compression.ts'
import { compressRecordBatch } from '../../../src/protocol/records/record-batch-builder.ts'
import type { Leadership } from '../../../src/replica/leadership-listeners.ts'
import { batchOf, ReplicaFixture, settle, uuid } from './replica-fixture.ts'

const TOPIC = '__consumer_offsets'

const leaderChange = (leader: number) =>
  metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(1), partitionId: 0, leader })

/** The leaderships that a coordinator is given, the latest last. */
function leaderships(fixture: ReplicaFixture): Leadership[] {
  const given: Leadership[] = []
  fixture.replicas.addLeadershipListener(TOPIC, {
    onElected: (_, leadership) => given.push(leadership),
    onResigned: () => {},
  })
  return given
}

async function readAll({ batches }: Leadership): Promise<LoggedBatch[]> {
  const read: LoggedBatch[] = []
  for await (const batch of batches) read.push(batch)
  return read
}

const textsOf = (batches: readonly LoggedBatch[]) =>
  batches.map(({ records }) => records.map(({ key, value }) => `${key}=${value}`))

const record = (key: string, value: string) => ({ key: Buffer.from(key), value: Buffer.from(value) })

it('a coordinator’s records are committed when they are flushed, and are there for the next to load', async () => {
  let fixture = await ReplicaFixture.start()
  await fixture.createTopic(TOPIC)
  const [leadership] = leaderships(fixture)
  const writer = (leadership as Leadership).writer
  expect(await readAll(leadership as Leadership)).toEqual([])
  let told = 0
  const stop = writer.onHighWatermark(() => told++)
  fixture.gate.close('flush')
  const append = { timestampMs: 1_000, producer: undefined }
  expect(writer.append({ ...append, records: [record('a', '1'), record('b', '2')] })).toEqual({
    baseOffset: 0,
    endOffset: 2,
  })
  expect(writer.endOffset).toBe(2)
  await settle()
  expect([writer.highWatermark, told]).toEqual([0, 0])
  fixture.gate.open()
  await settle()
  expect([writer.highWatermark, told]).toEqual([2, 1])
  stop()
  writer.append({ ...append, records: [{ key: Buffer.from('c'), value: undefined }] })
  await settle()
  expect(told).toBe(1)

  fixture = await fixture.kill()
  const [again] = leaderships(fixture)
  const batches = await readAll(again as Leadership)
  expect(textsOf(batches)).toEqual([['a=1', 'b=2'], ['c=undefined']])
  expect(batches[0]?.records.map(({ offset, timestampMs }) => [offset, timestampMs])).toEqual([
    [0, 1_000],
    [1, 1_000],
  ])
  expect(batches[1]).toMatchObject({ leaderEpoch: 0, producer: undefined, endTransaction: undefined })
})

it('what belongs to a transaction comes back with its producer, and its end with the result', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic(TOPIC)
  const producer = { producerId: 9, producerEpoch: 2 }
  const { writer } = leaderships(fixture)[0] as Leadership
  writer.append({ records: [record('a', '1')], timestampMs: 5, producer })
  writer.appendEndTransaction({ producer, result: 'abort', coordinatorEpoch: 3, timestampMs: 6 })
  writer.append({ records: [record('b', '1')], timestampMs: 7, producer })
  writer.appendEndTransaction({ producer, result: 'commit', coordinatorEpoch: 3, timestampMs: 8 })
  const batches = await readAll(leaderships(fixture)[0] as Leadership)
  expect(batches.map(batch => [batch.producer, batch.endTransaction, batch.records.length])).toEqual([
    [producer, undefined, 1],
    [producer, 'abort', 0],
    [producer, undefined, 1],
    [producer, 'commit', 0],
  ])
})

it('a writer serves one leadership: after it, appends fail and nothing is told', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic(TOPIC, { replicas: [1, 2], isr: [1] })
  const given = leaderships(fixture)
  const [first] = given as [Leadership]
  let told = 0
  first.writer.onHighWatermark(() => told++)
  await fixture.apply(leaderChange(2))
  const append = { records: [record('a', '1')], timestampMs: 5, producer: undefined }
  expect(() => first.writer.append(append)).toThrow(
    expect.objectContaining({ code: ErrorCode.NOT_LEADER_OR_FOLLOWER }),
  )
  await fixture.apply(leaderChange(1))
  expect(() => first.writer.append(append)).toThrow(
    expect.objectContaining({ code: ErrorCode.NOT_LEADER_OR_FOLLOWER }),
  )
  const second = given[1] as Leadership
  expect(second.writer.append(append)).toEqual({ baseOffset: 0, endOffset: 1 })
  await settle()
  expect([second.writer.highWatermark, told]).toEqual([1, 0])
  expect([first.leaderEpoch, second.leaderEpoch]).toEqual([0, 2])
})

it('an append is refused while too few replicas are in sync, and when it is too large', async () => {
  const fixture = await ReplicaFixture.start({ config: { minInsyncReplicas: 2 } })
  await fixture.createTopic(TOPIC, { replicas: [1, 2], isr: [1] })
  const { writer } = leaderships(fixture)[0] as Leadership
  const append = { records: [record('a', '1')], timestampMs: 5, producer: undefined }
  expect(() => writer.append(append)).toThrow(
    expect.objectContaining({ code: ErrorCode.NOT_ENOUGH_REPLICAS }),
  )
  expect(writer.endOffset).toBe(0)
})

it('a long log is read in pieces, with time for others between them', async () => {
  let fixture = await ReplicaFixture.start()
  await fixture.createTopic(TOPIC)
  const { writer } = leaderships(fixture)[0] as Leadership
  for (let each = 0; each < 20; each++) {
    writer.append({ records: [record(`${each}`, 'v'.repeat(100_000))], timestampMs: 5, producer: undefined })
  }
  await settle()
  fixture = await fixture.restart()
  const pauses = vi.spyOn(fixture.clock, 'setTimer')
  const loading = readAll(leaderships(fixture)[0] as Leadership)
  await settle()
  expect(pauses).toHaveBeenCalledTimes(1)
  await fixture.clock.advanceAndSettle(1)
  const keys = (await loading).map(({ records }) => records[0]?.key?.toString())
  expect(keys).toEqual(Array.from({ length: 20 }, (_, each) => `${each}`))
  expect(pauses.mock.calls.length).toBeGreaterThanOrEqual(3)
})

it('batches that another broker has compressed are read, and what was deleted is left out', async () => {
  const fixture = await ReplicaFixture.start()
  await fixture.createTopic(TOPIC)
  const compressed = await compressRecordBatch(batchOf({ count: 5 }), codecForName('lz4'))
  fixture.partition(TOPIC).appendFromCoordinator(compressed)
  await settle()
  await fixture.replicas.deleteRecords([{ topic: TOPIC, partition: 0, offset: 3 }], { timeoutMs: 0 })
  const [batch] = await readAll(leaderships(fixture)[0] as Leadership)
  expect(batch?.records.map(({ offset }) => offset)).toEqual([3, 4])
})
