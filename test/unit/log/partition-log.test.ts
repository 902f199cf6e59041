import { describe, expect, it } from 'vitest'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { readPartitionLeaderEpoch } from '../../../src/protocol/records/record-batch.ts'
import { append, batchOf, LogFixture, readAll, readBatches, settle } from './log-fixture.ts'

describe('an append', () => {
  it('assigns offsets and the leader epoch at once, and is written and flushed behind it', async () => {
    const { log } = await LogFixture.open()
    expect(append(log, batchOf({ count: 3 }), { leaderEpoch: 4 })).toMatchObject({
      outcome: 'appended',
      baseOffset: 0,
      lastOffset: 2,
      endOffset: 3,
    })
    expect(log.logEndOffset).toBe(3)
    expect(log.writtenEndOffset).toBe(0)
    expect(log.flushedEndOffset).toBe(0)
    await settle()
    expect(log.writtenEndOffset).toBe(3)
    expect(log.flushedEndOffset).toBe(3)
    const [batch] = await readBatches(log, { offset: 0 })
    expect(readPartitionLeaderEpoch((batch as { bytes: Buffer }).bytes, 0)).toBe(4)
    expect(log.latestEpoch).toBe(4)
  })

  it('tells its listener of progress outside of the append', async () => {
    const { log } = await LogFixture.open()
    const seen: [number, number][] = []
    log.setListener({
      onProgress: ({ writtenEndOffset, flushedEndOffset }) => seen.push([writtenEndOffset, flushedEndOffset]),
      onOffline: () => {},
    })
    append(log, batchOf())
    expect(seen).toEqual([])
    await settle()
    expect(seen).toEqual([
      [1, 0],
      [1, 1],
    ])
  })

  it('counts as flushed once it is written in the lazy mode, and flush brings it to stable storage', async () => {
    const fixture = await LogFixture.open({ config: { flushMode: 'lazy' } })
    append(fixture.log, batchOf())
    await settle()
    expect(fixture.log.flushedEndOffset).toBe(1)
    expect(fixture.log.recoveryPoint).toBe(0)
    await fixture.log.flush()
    expect(fixture.log.recoveryPoint).toBe(1)
    expect((await fixture.crash()).log.logEndOffset).toBe(1)
  })

  it('rejects more than a segment can hold', async () => {
    const { log } = await LogFixture.open({ config: { segmentBytes: 100 } })
    expect(append(log, batchOf({ valueBytes: 200 }))).toMatchObject({
      outcome: 'rejected',
      errorCode: ErrorCode.RECORD_LIST_TOO_LARGE,
    })
    expect(log.logEndOffset).toBe(0)
  })

  it('leaves acknowledged batches whole after a crash that loses everything that was not flushed', async () => {
    const fixture = await LogFixture.open()
    for (let index = 0; index < 20; index++) append(fixture.log, batchOf({ count: 2 }))
    await fixture.log.flush()
    const after = await fixture.crash()
    expect(after.log.logEndOffset).toBe(40)
    expect((await readAll(after.log)).map(batch => batch.baseOffset)).toEqual(
      Array.from({ length: 20 }, (_, index) => index * 2),
    )
  })
})

describe('a read', () => {
  it('from the middle of a batch returns the whole batch', async () => {
    const { log } = await LogFixture.open()
    append(log, batchOf({ count: 5 }))
    append(log, batchOf({ count: 5 }))
    expect((await readBatches(log, { offset: 7 })).map(batch => batch.baseOffset)).toEqual([5])
    expect((await readBatches(log, { offset: 2 })).map(batch => batch.baseOffset)).toEqual([0, 5])
  })

  it('returns the first batch though it is larger than the limit, where it is asked to', async () => {
    const { log } = await LogFixture.open()
    append(log, batchOf({ valueBytes: 900_000 }))
    append(log, batchOf())
    expect(await readBatches(log, { offset: 0, maxBytes: 1 })).toHaveLength(1)
    expect(await readBatches(log, { offset: 0, maxBytes: 1, minOneMessage: false })).toEqual([])
  })

  it('ends before the bound it is given', async () => {
    const { log } = await LogFixture.open()
    for (let index = 0; index < 4; index++) append(log, batchOf())
    expect(await readBatches(log, { offset: 1, endOffset: 3 })).toHaveLength(2)
    expect(await readBatches(log, { offset: 3, endOffset: 3 })).toEqual([])
    expect(await readBatches(log, { offset: 4, endOffset: 3 })).toEqual([])
  })

  it('is out of range before the log start and behind the log end', async () => {
    const { log } = await LogFixture.open()
    append(log, batchOf({ count: 5 }))
    log.updateHighWatermark(5)
    log.incrementLogStartOffset(3)
    const request = { maxBytes: 1000, minOneMessage: true, endOffset: 5 }
    expect(log.read({ ...request, offset: 2 }).from).toBe('out-of-range')
    expect(log.read({ ...request, offset: 6 }).from).toBe('out-of-range')
    expect(log.read({ ...request, offset: 5 }).from).toBe('memory')
  })

  it('finds the same batches in the file as in memory', async () => {
    const config = { segmentBytes: 3000, indexIntervalBytes: 200 }
    const cached = await LogFixture.open({ config })
    const uncached = await LogFixture.open({ config, limits: { maxCachedBytes: 0 } })
    for (let index = 0; index < 60; index++) {
      for (const { log } of [cached, uncached])
        append(log, batchOf({ count: 1 + (index % 3), valueBytes: index }))
      if (index % 7 === 0) await settle()
    }
    await settle()
    expect(uncached.log.read({ offset: 0, maxBytes: 10, minOneMessage: true, endOffset: 10 }).from).toBe(
      'file',
    )
    for (let offset = 0; offset < cached.log.logEndOffset; offset++) {
      for (const maxBytes of [1, 500, 100_000]) {
        const [fromFile] = await readBatches(uncached.log, { offset, maxBytes })
        const [fromMemory] = await readBatches(cached.log, { offset, maxBytes })
        expect(fromFile).toEqual(fromMemory)
      }
    }
    expect(await readAll(uncached.log)).toEqual(await readAll(cached.log))
  })
})
