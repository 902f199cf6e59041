import { describe, expect, it } from 'vitest'
import { type DiskOperation, MemoryDisk } from '../../../src/io/memory-disk.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { StorageError } from '../../../src/log/storage-error.ts'
import { append, batchOf, LogFixture, readAll, readBatches, settle } from './log-fixture.ts'

/** A disk whose operations on segments' `.log` files are counted, and can be held up. */
class WatchedDisk {
  readonly operations: string[] = []
  #held: { operation: DiskOperation; release: () => void }[] = []
  #holding = new Set<DiskOperation>()
  readonly disk = new MemoryDisk({
    before: (operation, path) => {
      if (!path.endsWith('.log')) return
      if (operation === 'write' || operation === 'flush') this.operations.push(operation)
      if (!this.#holding.has(operation)) return
      return new Promise<void>(release => this.#held.push({ operation, release }))
    },
  })

  hold(operation: DiskOperation): void {
    this.#holding.add(operation)
  }

  async release(operation: DiskOperation): Promise<void> {
    this.#holding.delete(operation)
    for (const held of this.#held.filter(other => other.operation === operation)) held.release()
    this.#held = this.#held.filter(other => other.operation !== operation)
    await settle()
  }
}

describe('the log writer', () => {
  it('writes and flushes together what gathers while a write is under way', async () => {
    const watched = new WatchedDisk()
    const { log } = await LogFixture.open({ disk: watched.disk })
    watched.hold('write')
    append(log, batchOf())
    await settle()
    for (let index = 0; index < 50; index++) append(log, batchOf())
    await settle()
    expect(watched.operations).toEqual(['write'])
    expect(log.writtenEndOffset).toBe(0)
    await watched.release('write')
    expect(log.flushedEndOffset).toBe(51)
    expect(watched.operations.filter(operation => operation === 'write')).toHaveLength(2)
    expect(watched.operations.filter(operation => operation === 'flush').length).toBeLessThanOrEqual(2)
  })

  it('goes on writing while a flush is under way, and does not count that as flushed', async () => {
    const watched = new WatchedDisk()
    const { log } = await LogFixture.open({ disk: watched.disk })
    watched.hold('flush')
    append(log, batchOf())
    await settle()
    append(log, batchOf())
    await settle()
    expect([log.writtenEndOffset, log.flushedEndOffset]).toEqual([2, 0])
    await watched.release('flush')
    expect(log.flushedEndOffset).toBe(2)
  })

  it('reads from memory what is not written yet', async () => {
    const watched = new WatchedDisk()
    const { log } = await LogFixture.open({ disk: watched.disk, limits: { maxCachedBytes: 0 } })
    watched.hold('write')
    for (let index = 0; index < 5; index++) append(log, batchOf({ count: 2 }))
    await settle()
    expect(await readBatches(log, { offset: 5 })).toHaveLength(3)
    await watched.release('write')
    expect(await readAll(log)).toHaveLength(5)
  })

  it('takes the directory offline when a write fails, and tells whoever waits', async () => {
    const fixture = await LogFixture.open()
    const { log, disk } = fixture
    append(log, batchOf())
    await log.flush()
    disk.failOn({ operation: 'write', nth: 1, code: 'ENOSPC', pathContains: '.log', writtenBytes: 30 })
    append(log, batchOf())
    await expect(log.flush()).rejects.toThrow(StorageError)
    expect(() => append(log, batchOf())).toThrow(StorageError)
    expect([log.writtenEndOffset, log.flushedEndOffset]).toEqual([1, 1])
    const after = await fixture.kill()
    expect(after.log.logEndOffset).toBe(1)
  })

  it('never trusts a file again whose flush has failed', async () => {
    const fixture = await LogFixture.open()
    const { log, disk } = fixture
    disk.failOn({ operation: 'flush', nth: 1, code: 'EIO', pathContains: '.log' })
    append(log, batchOf())
    await settle()
    expect([log.writtenEndOffset, log.flushedEndOffset]).toEqual([1, 0])
    expect(log.isOffline).toBe(true)
    await expect(log.flush()).rejects.toThrow(StorageError)
    await settle()
    expect(log.flushedEndOffset).toBe(0)
  })

  it('serves what is in memory when the disk has failed, and a failing read takes it offline', async () => {
    const fixture = await LogFixture.open({ limits: { maxCachedBytes: 0 } })
    const { log, disk } = fixture
    append(log, batchOf())
    await log.flush()
    disk.failOn({ operation: 'read', nth: 1, code: 'EIO', pathContains: '.log' })
    await expect(readBatches(log, { offset: 0 })).rejects.toThrow(StorageError)
    expect(log.isOffline).toBe(true)
    await expect(readBatches(log, { offset: 0 })).rejects.toThrow(StorageError)
  })

  it('flushes a segment before it writes to the next one', async () => {
    const watched = new WatchedDisk()
    const { log } = await LogFixture.open({ disk: watched.disk, config: { segmentBytes: 300 } })
    watched.hold('flush')
    for (let index = 0; index < 4; index++) append(log, batchOf({ valueBytes: 100 }))
    await settle()
    expect(log.segmentCount).toBeGreaterThan(1)
    expect(log.writtenEndOffset).toBeLessThan(4)
    await watched.release('flush')
    expect(log.flushedEndOffset).toBe(4)
  })

  it('flushes in the lazy mode when so many records, or so long, have gone unflushed', async () => {
    const config = { flushMode: 'lazy', flushMessages: 3, flushMs: 1_000 } as const
    const { log, clock } = await LogFixture.open({ config })
    append(log, batchOf())
    await settle()
    expect(log.recoveryPoint).toBe(0)
    append(log, batchOf({ count: 2 }))
    await settle()
    expect(log.recoveryPoint).toBe(3)
    append(log, batchOf())
    await settle()
    expect(log.recoveryPoint).toBe(3)
    await clock.advanceAndSettle(1_000)
    await settle()
    expect(log.recoveryPoint).toBe(4)
  })

  it('flushes a segment in the lazy mode once it is left behind', async () => {
    const { log } = await LogFixture.open({ config: { flushMode: 'lazy', segmentBytes: 300 } })
    for (let index = 0; index < 4; index++) append(log, batchOf({ valueBytes: 100 }))
    await settle()
    expect(log.recoveryPoint).toBeGreaterThan(0)
    expect(log.recoveryPoint).toBeLessThan(4)
  })
})

describe('the tail buffer', () => {
  async function full(limits: object): Promise<{ watched: WatchedDisk; log: PartitionLog }> {
    const watched = new WatchedDisk()
    const { log } = await LogFixture.open({ disk: watched.disk, limits })
    watched.hold('write')
    return { watched, log }
  }

  it('has room until so many bytes are unwritten, and calls back when there is room again', async () => {
    const { watched, log } = await full({ maxUnwrittenBytesPerLog: 1_000 })
    const called: string[] = []
    log.onRoom(() => called.push('at once'))
    append(log, batchOf({ valueBytes: 500 }))
    expect(log.hasRoom()).toBe(true)
    append(log, batchOf({ valueBytes: 500 }))
    expect(log.hasRoom()).toBe(false)
    log.onRoom(() => called.push('later'))
    await settle()
    expect(called).toEqual(['at once'])
    await watched.release('write')
    expect(called).toEqual(['at once', 'later'])
    expect(log.hasRoom()).toBe(true)
  })

  it('of one log being full leaves the others alone, unless the directory has no room', async () => {
    const watched = new WatchedDisk()
    const fixture = await LogFixture.open({
      disk: watched.disk,
      limits: { maxUnwrittenBytesPerLog: 1_000, maxUnwrittenBytes: 2_000 },
    })
    const other = await fixture.manager.createLog({
      topicPartition: { topic: 'other', partition: 0 },
      topicId: 'AAAAAAAAQAAAAAAAAAAAAg',
      config: fixture.config,
    })
    watched.hold('write')
    append(fixture.log, batchOf({ valueBytes: 1_000 }))
    expect([fixture.log.hasRoom(), other.hasRoom()]).toEqual([false, true])
    append(other, batchOf({ valueBytes: 950 }))
    expect(other.hasRoom()).toBe(false)
  })

  it('lets everybody go on, to be told, when the directory goes offline', async () => {
    const { watched, log } = await full({ maxUnwrittenBytesPerLog: 100 })
    append(log, batchOf({ valueBytes: 500 }))
    let called = 0
    log.onRoom(() => called++)
    watched.disk.failOn({ operation: 'write', nth: 1, code: 'EIO' })
    await watched.release('write')
    expect(called).toBe(1)
    expect(log.hasRoom()).toBe(true)
  })

  it('keeps written batches as long as their memory is within the limit, the newest longest', async () => {
    const { log } = await LogFixture.open({ limits: { maxCachedBytes: 3_000 } })
    for (let index = 0; index < 10; index++) append(log, batchOf({ valueBytes: 900 }))
    await settle()
    const from = (offset: number) =>
      log.read({ offset, maxBytes: 1, minOneMessage: true, endOffset: 10 }).from
    expect([from(0), from(6), from(7), from(9)]).toEqual(['file', 'file', 'memory', 'memory'])
  })

  it('counts the whole memory that a slice keeps from being freed', async () => {
    const { log } = await LogFixture.open({ limits: { maxCachedBytes: 50_000 } })
    for (let index = 0; index < 4; index++) {
      const batch = batchOf()
      const slab = Buffer.alloc(20_000)
      batch.copy(slab, 1_000)
      append(log, slab.subarray(1_000, 1_000 + batch.length))
    }
    await settle()
    const from = (offset: number) => log.read({ offset, maxBytes: 1, minOneMessage: true, endOffset: 4 }).from
    expect([from(0), from(1), from(2), from(3)]).toEqual(['file', 'file', 'memory', 'memory'])
  })

  it('copies many small batches together before it hands them out', async () => {
    const { log } = await LogFixture.open()
    for (let index = 0; index < 100; index++) append(log, batchOf())
    const read = log.read({ offset: 0, maxBytes: 100_000, minOneMessage: true, endOffset: 100 })
    if (read.from !== 'memory') throw new Error('not in memory')
    expect(read.buffers).toHaveLength(1)
    expect(read.nextOffset).toBe(100)
  })
})

describe('reads from files', () => {
  it('find nothing when the log was truncated in between', async () => {
    const fixture = await LogFixture.open({ limits: { maxCachedBytes: 0 } })
    const { log } = fixture
    for (let index = 0; index < 10; index++) append(log, batchOf())
    await settle()
    const read = log.read({ offset: 5, maxBytes: 1000, minOneMessage: true, endOffset: 10 })
    if (read.from !== 'file') throw new Error('not in the file')
    await log.truncateTo(3)
    for (let index = 0; index < 10; index++) append(log, batchOf({ text: 'w' }), { leaderEpoch: 1 })
    await settle()
    expect(await readBatches(log, { offset: 5 })).toHaveLength(8)
    expect(await read.load()).toEqual({ buffers: [], sizeBytes: 0, nextOffset: 5 })
    const stale = log.read({ offset: 5, maxBytes: 1000, minOneMessage: true, endOffset: 10 })
    if (stale.from !== 'file') throw new Error('not in the file')
    const late = stale.load()
    await log.truncateTo(4)
    expect(await late).toEqual({ buffers: [], sizeBytes: 0, nextOffset: 5 })
  })

  it('finish though the segment is deleted meanwhile, and find nothing afterwards', async () => {
    const config = { segmentBytes: 300, retentionBytes: 0 }
    const { log } = await LogFixture.open({ config, limits: { maxCachedBytes: 0 } })
    for (let index = 0; index < 10; index++) append(log, batchOf({ valueBytes: 100 }))
    await settle()
    const request = { offset: 0, maxBytes: 1000, minOneMessage: true, endOffset: 10 }
    const read = log.read(request)
    log.updateHighWatermark(10)
    await log.deleteOldSegments()
    if (read.from !== 'file') throw new Error('not in the file')
    expect((await read.load()).buffers).toEqual([])
    expect(log.read(request).from).toBe('out-of-range')
  })
})
