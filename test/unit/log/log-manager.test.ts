import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { StorageError } from '../../../src/log/storage-error.ts'
import {
  append,
  batchOf,
  configOf,
  LOG_DIR,
  LogFixture,
  readAll,
  settle,
  TOPIC_ID,
  topicPartition,
} from './log-fixture.ts'

const load = { configFor: () => configOf({}), isStray: () => false }
const names = (disk: MemoryDisk) =>
  new Set(disk.files().map(path => path.slice(LOG_DIR.length + 1).replace(/\.[0-9a-f]{32}-/, '.uuid-')))

describe('a log manager', () => {
  it('brings its logs back after a clean stop without recovering them', async () => {
    const fixture = await LogFixture.open()
    append(fixture.log, batchOf({ count: 3 }))
    await fixture.manager.close({ brokerEpoch: 12 })
    expect(names(fixture.disk)).toEqual(
      new Set([
        '.kafka_cleanshutdown',
        'log-start-offset-checkpoint',
        'recovery-point-offset-checkpoint',
        'topic-0/00000000000000000000.index',
        'topic-0/00000000000000000000.log',
        'topic-0/00000000000000000000.timeindex',
        'topic-0/00000000000000000003.snapshot',
        'topic-0/leader-epoch-checkpoint',
        'topic-0/partition.metadata',
      ]),
    )
    const again = await LogFixture.open({ disk: fixture.disk.crash() })
    expect(again.manager.directories).toEqual([
      expect.objectContaining({ path: LOG_DIR, isOffline: false, cleanShutdownBrokerEpoch: 12 }),
    ])
    expect(again.log).toMatchObject({ topicId: TOPIC_ID, logEndOffset: 3, recoveryPoint: 3, latestEpoch: 0 })
    const after = await again.kill()
    expect(after.manager.directories[0]?.cleanShutdownBrokerEpoch).toBe(undefined)
  })

  it('refuses a directory that another process has', async () => {
    const { disk } = await LogFixture.open()
    await expect(LogFixture.openManager({ disk })).rejects.toThrow(
      'Failed to acquire lock on file .lock in /data',
    )
  })

  it('gives its locks back when it is closed, and when it cannot open', async () => {
    const fixture = await LogFixture.openManager()
    await fixture.manager.close({ brokerEpoch: -1 })
    const disk = fixture.disk
    await disk.replaceFile('/data/meta.properties', Buffer.from('version=0\n'))
    await expect(LogFixture.openManager({ disk })).rejects.toThrow('/data/meta.properties')
    await disk.removeFile('/data/meta.properties')
    await LogFixture.openManager({ disk })
  })

  it('has a new log and its topic id on stable storage before it hands it out', async () => {
    const fixture = await LogFixture.open()
    const after = await LogFixture.openManager({ disk: fixture.disk.crash() })
    const seen: unknown[] = []
    await after.manager.load({ ...load, isStray: log => seen.push(log) === 0 })
    expect(seen).toEqual([{ topicPartition, topicId: TOPIC_ID }])
    expect(after.manager.getLog(topicPartition)?.logEndOffset).toBe(0)
  })

  it('sets strays aside, for good', async () => {
    const fixture = await LogFixture.open()
    append(fixture.log, batchOf())
    await fixture.manager.close({ brokerEpoch: 1 })
    const next = await LogFixture.openManager({ disk: fixture.disk })
    await next.manager.load({ ...load, isStray: () => true })
    expect(next.manager.getLog(topicPartition)).toBe(undefined)
    expect(names(next.disk)).toContain('topic-0.uuid-stray/00000000000000000000.log')
    await next.manager.close({ brokerEpoch: 1 })
    const later = await LogFixture.openManager({ disk: next.disk })
    await later.manager.load(load)
    expect([...later.manager.logs()]).toEqual([])
    expect(names(later.disk)).toContain('topic-0.uuid-stray/00000000000000000000.log')
  })

  it('deletes a log by renaming its directory, which goes when its time has come', async () => {
    const fixture = await LogFixture.open()
    append(fixture.log, batchOf())
    await fixture.manager.deleteLog(topicPartition)
    expect(fixture.manager.getLog(topicPartition)).toBe(undefined)
    expect(names(fixture.disk)).toContain('topic-0.uuid-delete/partition.metadata')
    await fixture.clock.advanceAndSettle(60_000)
    await settle()
    expect(fixture.disk.files().filter(path => path.includes('topic-0'))).toEqual([])
  })

  it('removes what was deleted before a crash', async () => {
    const fixture = await LogFixture.open()
    await fixture.manager.deleteLog(topicPartition)
    const next = await LogFixture.openManager({ disk: fixture.disk.crash() })
    await next.manager.load(load)
    expect([...next.manager.logs()]).toEqual([])
    expect(names(next.disk)).toContain('topic-0.uuid-delete/partition.metadata')
    await next.clock.advanceAndSettle(1)
    await settle()
    expect(next.disk.files().filter(path => path.includes('topic-0'))).toEqual([])
  })

  it('does not take a new log for the deleted one of the same name', async () => {
    const config = { retentionMs: undefined }
    const fixture = await LogFixture.open({ config })
    for (let index = 0; index < 10; index++) append(fixture.log, batchOf())
    await fixture.log.flush()
    fixture.log.updateHighWatermark(10)
    fixture.log.incrementLogStartOffset(8)
    await fixture.clock.advanceAndSettle(60_000)
    await fixture.manager.deleteLog(topicPartition)
    const log = await fixture.manager.createLog({ topicPartition, topicId: TOPIC_ID, config: fixture.config })
    append(log, batchOf({ count: 2 }))
    await log.flush()
    const after = await fixture.crash()
    expect(after.log).toMatchObject({ logStartOffset: 0, logEndOffset: 2 })
  })

  it('puts new logs where the fewest are, or where it is told', async () => {
    const logDirs = ['/one', '/two']
    const disk = new MemoryDisk()
    for (const [index, path] of logDirs.entries()) {
      await disk.makeDirectory(path)
      const id = `AAAAAAAAQAAAAAAAAAAA${index}Q`
      const text = `version=1\ncluster.id=c\nnode.id=1\ndirectory.id=${id}\n`
      await disk.replaceFile(`${path}/meta.properties`, Buffer.from(text))
    }
    const { manager } = await LogFixture.openManager({ disk, manager: { logDirs } })
    await manager.load(load)
    const create = (partition: number, directoryId?: string) =>
      manager.createLog({
        topicPartition: { topic: 't', partition },
        topicId: TOPIC_ID,
        config: configOf({}),
        ...(directoryId === undefined ? {} : { directoryId }),
      })
    expect((await create(0, 'AAAAAAAAQAAAAAAAAAAA1Q')).logDirectory).toBe('/two')
    expect((await create(1)).logDirectory).toBe('/one')
    expect((await create(2, 'AAAAAAAAQAAAAAAAAAAA1Q')).directoryId).toBe('AAAAAAAAQAAAAAAAAAAA1Q')
    expect((await create(3)).logDirectory).toBe('/one')
    await expect(create(3)).rejects.toThrow('There is a log t-3 already')
  })

  it('takes one directory offline when its disk fails, and the others live on', async () => {
    const disk = new MemoryDisk()
    const { manager } = await LogFixture.openManager({ disk, manager: { logDirs: ['/one', '/two'] } })
    await manager.load(load)
    const config = configOf({})
    const one = await manager.createLog({
      topicPartition: { topic: 't', partition: 0 },
      topicId: TOPIC_ID,
      config,
    })
    const two = await manager.createLog({
      topicPartition: { topic: 't', partition: 1 },
      topicId: TOPIC_ID,
      config,
    })
    const told: string[] = []
    manager.setListener({ onDirectoryOffline: ({ path }) => told.push(path) })
    one.setListener({ onProgress: () => {}, onOffline: log => told.push(log.path) })
    disk.failOn({ operation: 'write', nth: 1, code: 'EIO', pathContains: '/one/t-0' })
    append(one, batchOf())
    const flushed = one.flush()
    await expect(flushed).rejects.toThrow(StorageError)
    expect(told).toEqual(['/one/t-0', '/one'])
    expect(() => append(one, batchOf())).toThrow(StorageError)
    expect(one.isOffline).toBe(true)
    expect(manager.getLog({ topic: 't', partition: 0 })).toBe(undefined)
    append(two, batchOf())
    await two.flush()
    expect((await manager.createLog({ topicPartition, topicId: TOPIC_ID, config })).logDirectory).toBe('/two')
    await manager.close({ brokerEpoch: 1 })
    expect(disk.files()).toContain('/two/.kafka_cleanshutdown')
    expect(disk.files()).not.toContain('/one/.kafka_cleanshutdown')
  })

  it('opens without a directory that it cannot read, and not without any', async () => {
    const disk = new MemoryDisk()
    disk.failOn({ operation: 'open', nth: 1, code: 'EACCES', pathContains: '/one', forever: true })
    const { manager } = await LogFixture.openManager({ disk, manager: { logDirs: ['/one', '/two'] } })
    expect(manager.directories).toEqual([
      expect.objectContaining({ path: '/two', isOffline: false }),
      expect.objectContaining({ path: '/one', isOffline: true }),
    ])
    await expect(LogFixture.openManager({ disk, manager: { logDirs: ['/one'] } })).rejects.toThrow(
      'None of the log directories can be used: /one',
    )
  })

  it('refuses a log that lies in two directories', async () => {
    const disk = new MemoryDisk()
    for (const path of ['/one/t-0', '/two/t-0']) await disk.makeDirectory(path)
    const { manager } = await LogFixture.openManager({ disk, manager: { logDirs: ['/one', '/two'] } })
    await expect(manager.load(load)).rejects.toThrow('Duplicate log directories for t-0')
  })

  it('keeps the metadata log apart, and always durable', async () => {
    const fixture = await LogFixture.openManager()
    const metadata = await fixture.manager.openMetadataLog(configOf({ config: { flushMode: 'lazy' } }))
    append(metadata, batchOf({ count: 2 }), { leaderEpoch: 1, origin: 'raft-leader' })
    expect(metadata.flushedEndOffset).toBe(0)
    await settle()
    expect(metadata.flushedEndOffset).toBe(2)
    await fixture.manager.load(load)
    expect([...fixture.manager.logs()]).toEqual([])
    await fixture.manager.close({ brokerEpoch: 1 })
    const next = await LogFixture.openManager({ disk: fixture.disk })
    expect(await next.manager.openMetadataLog(configOf({}))).toMatchObject({
      logEndOffset: 2,
      latestEpoch: 1,
    })
  })

  it('does not forget the recovery points of logs that are not loaded yet', async () => {
    const fixture = await LogFixture.open()
    append(fixture.log, batchOf({ count: 2 }))
    await fixture.manager.close({ brokerEpoch: 1 })
    const next = await LogFixture.openManager({ disk: fixture.disk })
    const metadata = await next.manager.openMetadataLog(configOf({}))
    await metadata.truncateFullyAndStartAt({ offset: 5 })
    const checkpoint = await next.disk.readFile('/data/recovery-point-offset-checkpoint', 1000)
    expect(checkpoint.toString()).toBe('0\n2\ntopic 0 2\n__cluster_metadata 0 5\n')
  })
})

describe('background work', () => {
  it('deletes what retention does not keep, and its files a while later', async () => {
    const clock = new ManualClock()
    const config = { segmentBytes: 1000, retentionMs: 100_000, fileDeleteDelayMs: 20_000 }
    const fixture = await LogFixture.open({ clock, config })
    const { log } = fixture
    for (let index = 0; index < 20; index++)
      append(log, batchOf({ valueBytes: 100, timestamp: clock.nowMs() }))
    await settle()
    log.updateHighWatermark(20)
    await clock.advanceAndSettle(340_000)
    await settle()
    expect(log).toMatchObject({ logStartOffset: 20, logEndOffset: 20, segmentCount: 1, sizeBytes: 0 })
    expect(fixture.disk.files().some(path => path.endsWith('.log.deleted'))).toBe(true)
    await clock.advanceAndSettle(20_000)
    await settle()
    expect(fixture.disk.files().filter(path => path.endsWith('.deleted'))).toEqual([])
    const after = await fixture.crash()
    expect(after.log).toMatchObject({ logStartOffset: 20, logEndOffset: 20 })
  })

  it('keeps segments that reach beyond the high watermark', async () => {
    const fixture = await LogFixture.open({ config: { segmentBytes: 1000, retentionBytes: 0 } })
    const { log } = fixture
    for (let index = 0; index < 20; index++) append(log, batchOf({ valueBytes: 100 }))
    await settle()
    log.updateHighWatermark(10)
    expect(await log.deleteOldSegments()).toBeGreaterThan(0)
    expect(log.logStartOffset).toBeLessThanOrEqual(10)
    expect((await readAll(log)).at(-1)?.lastOffset).toBe(19)
  })

  it('keeps everything without the policy to delete, but for what lies before the log start offset', async () => {
    const config = { segmentBytes: 1000, retentionBytes: 0, retentionMs: 0, cleanupDelete: false }
    const { log } = await LogFixture.open({ config })
    for (let index = 0; index < 20; index++) append(log, batchOf({ valueBytes: 100 }))
    await settle()
    log.updateHighWatermark(20)
    expect(await log.deleteOldSegments()).toBe(0)
    const { segmentCount } = log
    log.incrementLogStartOffset(11)
    expect(await log.deleteOldSegments()).toBeGreaterThan(0)
    expect(log.segmentCount).toBeLessThan(segmentCount)
    expect(log.logStartOffset).toBe(11)
    expect(log.firstSegmentBaseOffset).toBeLessThanOrEqual(11)
  })

  it('rolls a segment when its first record is old enough', async () => {
    const { log } = await LogFixture.open({ config: { segmentMs: 1000 } })
    append(log, batchOf({ timestamp: 5_000 }))
    append(log, batchOf({ timestamp: 6_000 }))
    expect(log.segmentCount).toBe(1)
    append(log, batchOf({ timestamp: 6_001 }))
    expect(log.segmentCount).toBe(2)
  })

  it('rolls a segment when its index is full', async () => {
    const { log } = await LogFixture.open({ config: { indexIntervalBytes: 0, segmentIndexBytes: 36 } })
    for (let index = 0; index < 12; index++) append(log, batchOf({ timestamp: index }))
    expect(log.segmentCount).toBeGreaterThan(2)
    await settle()
    expect(await readAll(log)).toHaveLength(12)
  })

  it('writes recovery points, and log start offsets that lie inside of a segment', async () => {
    const fixture = await LogFixture.open({ config: { retentionMs: undefined } })
    append(fixture.log, batchOf())
    append(fixture.log, batchOf())
    await settle()
    fixture.log.updateHighWatermark(2)
    fixture.log.incrementLogStartOffset(1)
    await fixture.clock.advanceAndSettle(60_000)
    const text = async (name: string) => (await fixture.disk.readFile(`/data/${name}`, 1000)).toString()
    expect(await text('recovery-point-offset-checkpoint')).toBe('0\n1\ntopic 0 2\n')
    expect(await text('log-start-offset-checkpoint')).toBe('0\n1\ntopic 0 1\n')
    expect((await fixture.crash()).log.logStartOffset).toBe(1)
  })

  it('forgets producers that have written nothing for long', async () => {
    const clock = new ManualClock()
    const fixture = await LogFixture.open({ clock, manager: { producerIdExpirationMs: 1_000_000 } })
    const producer = { producerId: 1, producerEpoch: 0, baseSequence: 0, timestamp: clock.nowMs() }
    append(fixture.log, batchOf(producer))
    await clock.advanceAndSettle(900_000)
    expect(fixture.log.activeProducers()).toHaveLength(1)
    await clock.advanceAndSettle(800_000)
    expect(fixture.log.activeProducers()).toEqual([])
  })

  it('stops when the manager is closed', async () => {
    const fixture = await LogFixture.open()
    expect(fixture.clock.pendingTimers).toBeGreaterThan(0)
    await fixture.manager.close({ brokerEpoch: 1 })
    expect(fixture.clock.pendingTimers).toBe(0)
  })
})
