import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { writePartitionLeaderEpoch } from '../../../src/protocol/records/record-batch.ts'
import { append, batchOf, LogFixture, markerOf, readAll, settle } from './log-fixture.ts'

/** A batch as a leader has it in its log. */
function replicated(options: {
  baseOffset: number
  leaderEpoch?: number
  count?: number
  valueBytes?: number
}): Buffer {
  const batch = batchOf(options)
  writePartitionLeaderEpoch(batch, 0, options.leaderEpoch ?? 0)
  return batch
}

describe('a follower', () => {
  it('takes its leader’s batches as they are', async () => {
    const { log } = await LogFixture.open()
    const records = Buffer.concat([
      replicated({ baseOffset: 0, count: 3, leaderEpoch: 2 }),
      replicated({ baseOffset: 3, leaderEpoch: 4 }),
    ])
    const before = Buffer.from(records)
    expect(log.appendAsFollower({ records, leaderEpoch: 4 })).toMatchObject({
      outcome: 'appended',
      baseOffset: 0,
      endOffset: 4,
    })
    await log.flush()
    expect(Buffer.concat((await readAll(log)).map(batch => batch.bytes))).toEqual(before)
    expect(log.endOffsetForEpoch(2)).toEqual({ leaderEpoch: 2, endOffset: 3 })
    expect(log.latestEpoch).toBe(4)
  })

  it('takes gaps that compaction has left, and may begin anywhere', async () => {
    const { log } = await LogFixture.open({ limits: { maxCachedBytes: 0 } })
    for (const baseOffset of [100, 105, 3_000_000_000]) {
      log.appendAsFollower({ records: replicated({ baseOffset }), leaderEpoch: 0 })
    }
    expect(log.logEndOffset).toBe(3_000_000_001)
    expect(log.segmentCount).toBe(2)
    await settle()
    expect((await readAll(log)).map(batch => batch.baseOffset)).toEqual([100, 105, 3_000_000_000])
    for (const offset of [0, 101, 106]) {
      const read = log.read({ offset, maxBytes: 1, minOneMessage: true, endOffset: log.logEndOffset })
      if (read.from !== 'file') throw new Error('not in the file')
      expect((await read.load()).nextOffset).toBe({ 0: 101, 101: 106, 106: 3_000_000_001 }[offset])
    }
  })

  it('ignores a last batch that is not there whole', async () => {
    const { log } = await LogFixture.open()
    const whole = replicated({ baseOffset: 0 })
    const records = Buffer.concat([whole, replicated({ baseOffset: 1 }).subarray(0, -1)])
    expect(log.appendAsFollower({ records, leaderEpoch: 0 })).toMatchObject({ endOffset: 1 })
    expect(log.sizeBytes).toBe(whole.length)
    expect(log.appendAsFollower({ records: Buffer.alloc(0), leaderEpoch: 0 })).toMatchObject({ endOffset: 1 })
  })

  it('leaves out batches of a later epoch than the one it asked for', async () => {
    const { log } = await LogFixture.open()
    const records = Buffer.concat([
      replicated({ baseOffset: 0 }),
      replicated({ baseOffset: 1, leaderEpoch: 1 }),
    ])
    expect(log.appendAsFollower({ records, leaderEpoch: 0 })).toMatchObject({ endOffset: 1 })
  })

  it('refuses what is damaged, what it has already and what goes backwards', async () => {
    const { log } = await LogFixture.open()
    log.appendAsFollower({ records: replicated({ baseOffset: 0, count: 2 }), leaderEpoch: 0 })
    const damaged = replicated({ baseOffset: 2 })
    damaged.writeUInt8(0x77, 64)
    expect(log.appendAsFollower({ records: damaged, leaderEpoch: 0 })).toMatchObject({
      outcome: 'rejected',
      errorCode: ErrorCode.CORRUPT_MESSAGE,
    })
    const backwards = Buffer.concat([replicated({ baseOffset: 5 }), replicated({ baseOffset: 4 })])
    for (const records of [replicated({ baseOffset: 1 }), backwards]) {
      expect(log.appendAsFollower({ records, leaderEpoch: 0 })).toMatchObject({
        outcome: 'rejected',
        errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
      })
    }
    expect(log.logEndOffset).toBe(2)
  })

  it('spreads more than a segment takes over several', async () => {
    const { log } = await LogFixture.open({ config: { segmentBytes: 500 } })
    const batches = Array.from({ length: 10 }, (_, index) =>
      replicated({ baseOffset: index, valueBytes: 100 }),
    )
    log.appendAsFollower({ records: Buffer.concat(batches), leaderEpoch: 0 })
    expect(log.segmentCount).toBeGreaterThan(3)
    await log.flush()
    expect(await readAll(log)).toHaveLength(10)
  })

  it('starts anew where it is told to, and has forgotten everything', async () => {
    const fixture = await LogFixture.open()
    const { log } = fixture
    append(log, batchOf({ count: 5, producerId: 1, producerEpoch: 0, baseSequence: 0 }), { leaderEpoch: 3 })
    await settle()
    await log.truncateFullyAndStartAt({ offset: 100 })
    expect([log.logStartOffset, log.logEndOffset, log.highWatermark, log.latestEpoch]).toEqual([
      100,
      100,
      100,
      undefined,
    ])
    expect(log.activeProducers()).toEqual([])
    append(log, batchOf({ count: 2 }), { leaderEpoch: 5 })
    await log.flush()
    const after = await fixture.crash()
    expect([after.log.logStartOffset, after.log.logEndOffset]).toEqual([100, 102])
    expect(after.log.endOffsetForEpoch(4)).toEqual({ leaderEpoch: 4, endOffset: 100 })
  })

  it('lets an epoch go that began at its end and got no records', async () => {
    const { log } = await LogFixture.open()
    append(log, batchOf(), { leaderEpoch: 1 })
    log.assignEpochStartOffset({ leaderEpoch: 2, startOffset: 1 })
    expect(await log.truncateTo(1)).toBe(false)
    expect(log.latestEpoch).toBe(1)
  })

  it('believes its leader about producers', async () => {
    const { log } = await LogFixture.open()
    const producer = { producerId: 1, producerEpoch: 0, isTransactional: true }
    for (const [baseOffset, baseSequence] of [
      [0, 0],
      [1, 17],
    ] as const) {
      const records = batchOf({ ...producer, baseOffset, baseSequence })
      writePartitionLeaderEpoch(records, 0, 0)
      log.appendAsFollower({ records, leaderEpoch: 0 })
    }
    expect(log.activeProducers()).toMatchObject([{ lastSequence: 17, currentTransactionStartOffset: 0 }])
  })
})

describe('a leader', () => {
  it('answers a repeated batch with the offsets of the first, and appends nothing', async () => {
    const fixture = await LogFixture.open()
    const send = (log: typeof fixture.log, sequence: number) =>
      append(log, batchOf({ count: 2, producerId: 7, producerEpoch: 0, baseSequence: sequence }))
    for (let index = 0; index < 6; index++) send(fixture.log, index * 2)
    for (let index = 1; index < 6; index++) {
      expect(send(fixture.log, index * 2)).toMatchObject({
        outcome: 'duplicate',
        baseOffset: index * 2,
        lastOffset: index * 2 + 1,
        endOffset: index * 2 + 2,
      })
    }
    const outOfOrder = { outcome: 'rejected', errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER }
    expect(send(fixture.log, 0)).toMatchObject(outOfOrder)
    expect(send(fixture.log, 16)).toMatchObject(outOfOrder)
    expect(fixture.log.logEndOffset).toBe(12)
    await fixture.log.flush()
    const after = await fixture.crash()
    expect(send(after.log, 2)).toMatchObject({ outcome: 'duplicate', baseOffset: 2 })
    expect(send(after.log, 12)).toMatchObject({ outcome: 'appended', baseOffset: 12 })
  })

  it('holds the last stable offset for an open transaction, and tells of aborted ones', async () => {
    const { log } = await LogFixture.open()
    const producer = { producerId: 7, producerEpoch: 0 }
    append(log, batchOf())
    append(log, batchOf({ ...producer, baseSequence: 0, isTransactional: true }))
    append(log, batchOf())
    await settle()
    log.updateHighWatermark(3)
    expect(log.lastStableOffset).toBe(1)
    append(log, markerOf({ ...producer, result: 'abort' }), { origin: 'coordinator' })
    expect(log.lastStableOffset).toBe(1)
    log.updateHighWatermark(4)
    expect(log.lastStableOffset).toBe(4)
    expect(await log.abortedTransactions({ startOffset: 0, endOffset: 4 })).toEqual([
      { producerId: 7, firstOffset: 1 },
    ])
    expect(await log.abortedTransactions({ startOffset: 0, endOffset: 1 })).toEqual([])
  })

  it('refuses records of a transaction that was not verified, where that is asked for', async () => {
    const { log } = await LogFixture.open({ manager: { verifiesTransactions: true } })
    const batch = () => batchOf({ producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true })
    expect(append(log, batch())).toMatchObject({
      outcome: 'rejected',
      errorCode: ErrorCode.INVALID_TXN_STATE,
    })
    const verificationGuard = log.startTransactionVerification({
      producerId: 7,
      producerEpoch: 0,
      baseSequence: 0,
      supportsEpochBump: true,
    })
    const verified = { leaderEpoch: 0, origin: 'client' as const, verificationGuard }
    expect(log.appendAsLeader({ records: batch(), ...verified })).toMatchObject({ outcome: 'appended' })
    const next = batchOf({ producerId: 7, producerEpoch: 0, baseSequence: 1, isTransactional: true })
    expect(append(log, next)).toMatchObject({ outcome: 'appended' })
  })

  it('appends while a truncation is under way for nobody', async () => {
    const { log } = await LogFixture.open()
    append(log, batchOf())
    append(log, batchOf())
    const truncating = log.truncateTo(1)
    await Promise.resolve()
    expect(() => append(log, batchOf())).toThrow('while it is truncated')
    expect(await truncating).toBe(true)
    expect(append(log, batchOf())).toMatchObject({ baseOffset: 1 })
  })

  it('keeps batches of one append together with the epoch in each', async () => {
    const { log } = await LogFixture.open()
    const records = Buffer.concat([batchOf({ count: 2 }), batchOf({ count: 3 })])
    expect(append(log, records, { leaderEpoch: 9, origin: 'raft-leader' })).toMatchObject({
      baseOffset: 0,
      lastOffset: 4,
    })
    expect((await readAll(log)).map(batch => [batch.baseOffset, batch.lastOffset])).toEqual([
      [0, 1],
      [2, 4],
    ])
  })
})
