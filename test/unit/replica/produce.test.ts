import { describe, expect, it } from 'vitest'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { codecForName } from '../../../src/protocol/records/compression.ts'
import { compressRecordBatch } from '../../../src/protocol/records/record-batch-builder.ts'
import { batchOf, outcomeOf, ReplicaFixture, settle, uuid } from './replica-fixture.ts'

const newEpoch = (leader: number, isr: number[]) =>
  metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(1), partitionId: 0, leader, isr })

describe('acks', () => {
  it('one waits for the flush, too, where there is no other replica, so that the record can be read at once', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    fixture.gate.close('flush')
    const one = fixture.produce('t', batchOf(), { acks: 1 })
    expect(await outcomeOf(one)).toBe('pending')
    fixture.gate.open()
    expect(await outcomeOf(one)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 })
    expect(fixture.partition('t').highWatermark).toBe(1)
  })

  it('all waits for the high watermark, one for the write, none for nothing', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2], isr: [1] })
    fixture.gate.close('write')
    const none = fixture.produce('t', batchOf(), { acks: 0 })
    const one = fixture.produce('t', batchOf(), { acks: 1 })
    const all = fixture.produce('t', batchOf(), { acks: -1 })
    expect(await outcomeOf(none)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 })
    expect(await outcomeOf(one)).toBe('pending')
    fixture.gate.open()
    fixture.gate.close('flush')
    expect(await outcomeOf(one)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 })
    expect(await outcomeOf(all)).toBe('pending')
    expect(fixture.partition('t').highWatermark).toBe(0)
    fixture.gate.open()
    expect(await outcomeOf(all)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 2 })
    expect(fixture.partition('t').highWatermark).toBe(3)
  })

  it('that have not come in time are told so, and the records stay', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    fixture.gate.close('flush')
    const late = fixture.produce('t', batchOf(), { timeoutMs: 1_000 })
    fixture.clock.advance(1_000)
    expect(await late).toMatchObject({ errorCode: ErrorCode.REQUEST_TIMED_OUT, baseOffset: 0 })
    fixture.gate.open()
    await settle()
    expect(fixture.partition('t').highWatermark).toBe(1)
    expect(fixture.replicas.waiting.produces).toBe(0)
  })

  it('of several partitions are waited for together, each with an answer of its own', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { partitions: 2 })
    const targets = [
      { topic: 't', partition: 0, records: batchOf() },
      { topic: 'none', partition: 0, records: batchOf() },
      { topic: 't', partition: 1, records: batchOf({ count: 2 }) },
      { topic: 't', partition: 0, records: Buffer.from('rubbish') },
    ]
    const appends = await fixture.replicas.produce(targets, {
      requiredAcks: -1,
      timeoutMs: 1_000,
      produceVersion: 12,
    })
    expect(appends.map(({ errorCode, endOffset }) => [errorCode, endOffset])).toEqual([
      [ErrorCode.NONE, 1],
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 0],
      [ErrorCode.NONE, 2],
      [ErrorCode.INVALID_RECORD, 0],
    ])
  })

  it('all are refused before and after the append when too few replicas are in sync', async () => {
    const fixture = await ReplicaFixture.start({ config: { minInsyncReplicas: 2 } })
    await fixture.createTopic('t', { replicas: [1, 2], isr: [1] })
    expect(await fixture.produce('t', batchOf())).toMatchObject({
      errorCode: ErrorCode.NOT_ENOUGH_REPLICAS,
      baseOffset: undefined,
    })
    expect(await fixture.produce('t', batchOf(), { acks: 1 })).toMatchObject({ errorCode: ErrorCode.NONE })
    expect(fixture.partition('t').highWatermark).toBe(0)
  })

  it('all fail when the leadership is lost first', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2], isr: [1, 2] })
    const waiting = fixture.produce('t', batchOf())
    expect(await outcomeOf(waiting)).toBe('pending')
    await fixture.apply(newEpoch(2, [1, 2]))
    expect(await waiting).toMatchObject({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER })
    expect(await fixture.produce('t', batchOf(), { acks: 1 })).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    })
  })

  it('are not given when the disk fails', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    fixture.disk.failOn({ operation: 'flush', code: 'EIO', nth: 1 })
    expect(await fixture.produce('t', batchOf())).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR })
    expect(await fixture.produce('t', batchOf(), { acks: 1 })).toMatchObject({
      errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
    })
  })
})

describe('an idempotent batch that is sent twice', () => {
  const batch = () => batchOf({ producerId: 7, producerEpoch: 0, baseSequence: 0, count: 3 })

  it('is answered with the original offsets, and no sooner than the original', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    fixture.gate.close('flush')
    const original = fixture.produce('t', batch())
    const repeated = fixture.produce('t', batch())
    expect(await outcomeOf(repeated)).toBe('pending')
    fixture.gate.open()
    expect(await repeated).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0, endOffset: 3 })
    expect(await original).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0, endOffset: 3 })
    expect(fixture.partition('t').log.logEndOffset).toBe(3)
  })

  it('is known after kill -9, the last five of them, and gaps are refused', async () => {
    let fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    const at = (number: number) => batchOf({ producerId: 7, producerEpoch: 0, baseSequence: number })
    for (let number = 0; number < 8; number++) await fixture.produce('t', at(number))
    fixture = await fixture.kill()
    for (let number = 7; number >= 3; number--) {
      expect(await fixture.produce('t', at(number))).toMatchObject({
        errorCode: ErrorCode.NONE,
        baseOffset: number,
      })
    }
    expect(await fixture.produce('t', at(2))).toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
    expect(await fixture.produce('t', at(9))).toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
    expect(fixture.partition('t').log.logEndOffset).toBe(8)
    expect(await fixture.produce('t', at(8))).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 8 })
  })
})

describe('order', () => {
  it('of appends is kept while one of them is inflated', async () => {
    const held: (() => void)[] = []
    const fixture = await ReplicaFixture.start({
      compute: {
        run: async job => {
          await new Promise<void>(resolve => held.push(resolve))
          return job()
        },
      },
    })
    await fixture.createTopic('t')
    const compressed = await compressRecordBatch(batchOf({ count: 5 }), codecForName('gzip'))
    const first = fixture.produce('t', compressed)
    const second = fixture.produce('t', batchOf())
    expect(await outcomeOf(second)).toBe('pending')
    expect(fixture.partition('t').log.logEndOffset).toBe(0)
    for (const go of held) go()
    expect(await first).toMatchObject({ baseOffset: 0, endOffset: 5 })
    expect(await second).toMatchObject({ baseOffset: 5, endOffset: 6 })
    const third = fixture.produce('t', batchOf())
    expect(fixture.partition('t').log.logEndOffset).toBe(7)
    await third
  })

  it('is kept, too, while the tail has no room, and a refused batch does not hold up those behind it', async () => {
    const fixture = await ReplicaFixture.start({ limits: { maxUnwrittenBytesPerLog: 1_000 } })
    await fixture.createTopic('t')
    fixture.gate.close('write')
    const first = fixture.produce('t', batchOf({ valueBytes: 2_000 }))
    const refused = fixture.produce('t', Buffer.from('rubbish'))
    const second = fixture.produce('t', batchOf({ count: 2 }))
    await settle()
    expect(fixture.partition('t').log.logEndOffset).toBe(1)
    fixture.gate.open()
    expect(await first).toMatchObject({ baseOffset: 0 })
    expect(await refused).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD })
    expect(await second).toMatchObject({ baseOffset: 1 })
  })
})

it('records that break the rules are named one by one', async () => {
  const fixture = await ReplicaFixture.start({ config: { messageTimestampAfterMaxMs: 1_000 } })
  await fixture.createTopic('t')
  const refused = await fixture.produce('t', batchOf({ count: 2, timestamp: fixture.clock.nowMs() + 5_000 }))
  expect(refused).toMatchObject({ errorCode: ErrorCode.INVALID_TIMESTAMP, logStartOffset: 0 })
  expect(refused.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 1])
})

it('under LogAppendTime the answer tells the time of the append', async () => {
  const fixture = await ReplicaFixture.start({ config: { messageTimestampType: 'LogAppendTime' } })
  await fixture.createTopic('t')
  expect(await fixture.produce('t', batchOf())).toMatchObject({ logAppendTimeMs: fixture.clock.nowMs() })
})
