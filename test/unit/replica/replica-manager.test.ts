import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { EMPTY_METADATA_IMAGE } from '../../../src/metadata/image/metadata-image.ts'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import type { LeadershipListener } from '../../../src/replica/leadership-listeners.ts'
import {
  batchOf,
  CONSUMER,
  LOG_DIRS,
  ReplicaFixture,
  settle,
  target,
  topicRecords,
  uuid,
} from './replica-fixture.ts'

const remove = (number: number) => metadataRecord('RemoveTopicRecord', 0, { topicId: uuid(number) })
const newLeader = (leader: number, replicas: number[] | null = null) =>
  metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(1), partitionId: 0, leader, replicas })
const setting = (resourceName: string) =>
  metadataRecord('ConfigRecord', 0, { resourceType: 2, resourceName, name: 'retention.ms', value: '1' })

const directories = (fixture: ReplicaFixture, directory = '/data') => [
  ...new Set(
    fixture.disk
      .files()
      .filter(path => path.startsWith(`${directory}/`) && path.split('/').length > 3)
      .map(path => path.split('/')[2] as string),
  ),
]

/** What a listener hears, as text. */
function hearing(fixture: ReplicaFixture, topic: string): string[] {
  const heard: string[] = []
  const listener: LeadershipListener = {
    onElected: ({ partition }, { leaderEpoch }) => heard.push(`elected ${partition} in ${leaderEpoch}`),
    onResigned: ({ partition }, { leaderEpoch }) => heard.push(`resigned ${partition} in ${leaderEpoch}`),
  }
  fixture.replicas.addLeadershipListener(topic, listener)
  return heard
}

describe('topics in the metadata', () => {
  it('are led, with their logs on disk, by the time the update is applied', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { partitions: 100 })
    for (let partition = 0; partition < 100; partition++) {
      expect(fixture.partition('t', partition).isLeader).toBe(true)
    }
    const after = fixture.disk.crash()
    expect(after.files().filter(path => path.endsWith('partition.metadata')).length).toBe(100)
  })

  it('are not led before: their clients are told to look again', async () => {
    const fixture = await ReplicaFixture.start()
    const applied = fixture.createTopic('t')
    expect(fixture.replicas.find({ topic: 't', partition: 0 })).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(fixture.replicas.find({ topic: 't', partition: 1 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    await applied
    expect(fixture.partition('t').isLeader).toBe(true)
  })

  it('that are deleted lose their logs, and a new one of the name starts empty', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { topicId: uuid(1) })
    await fixture.produce('t', batchOf({ count: 3 }))
    await fixture.apply(remove(1), ...topicRecords('t', { topicId: uuid(2) }))
    expect(fixture.partition('t').topicId).toBe(uuid(2))
    expect(fixture.partition('t').log.logEndOffset).toBe(0)
    expect(directories(fixture).filter(name => name.endsWith('-delete')).length).toBe(1)
    await fixture.apply(remove(2))
    expect(fixture.replicas.find({ topic: 't', partition: 0 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(fixture.logManager.getLog({ topic: 't', partition: 0 })).toBeUndefined()
  })

  it('may come and go faster than the disk: the last one stands', async () => {
    const fixture = await ReplicaFixture.start()
    const applied: Promise<void>[] = []
    for (let number = 1; number <= 20; number++) {
      applied.push(fixture.createTopic('t', { topicId: uuid(number) }))
      if (number < 20) applied.push(fixture.apply(remove(number)))
      if (number % 3 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    await Promise.all(applied)
    expect(fixture.partition('t').topicId).toBe(uuid(20))
    expect(fixture.partition('t').log.topicId).toBe(uuid(20))
    expect(directories(fixture).filter(name => !name.endsWith('-delete'))).toEqual(['t-0'])
    expect((await fixture.produce('t', batchOf())).baseOffset).toBe(0)
  })

  it('that go while their logs are being made leave nothing behind', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const fixture = await ReplicaFixture.start()
      const created = fixture.createTopic('t')
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await fixture.apply(remove(1))
      await created
      expect(fixture.replicas.find({ topic: 't', partition: 0 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      expect(fixture.logManager.getLog({ topic: 't', partition: 0 })).toBeUndefined()
      expect(directories(fixture).filter(name => name === 't-0')).toEqual([])
    }
  })

  it('are held in the role and epoch that the metadata says', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2] })
    await fixture.apply(newLeader(2))
    expect([fixture.partition('t').isLeader, fixture.partition('t').leaderEpoch]).toEqual([false, 1])
    await fixture.apply(newLeader(1))
    expect([fixture.partition('t').isLeader, fixture.partition('t').leaderEpoch]).toEqual([true, 2])
    expect(fixture.partition('t').log.latestEpoch).toBe(2)
    await fixture.apply(newLeader(2, [2]))
    expect(fixture.replicas.find({ topic: 't', partition: 0 })).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect(fixture.logManager.getLog({ topic: 't', partition: 0 })).toBeUndefined()
  })

  it('give their settings to their logs, also when they change', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    fixture.configs.set('t', { maxMessageBytes: 100, minInsyncReplicas: 3 })
    await fixture.apply(setting('other'))
    expect(fixture.partition('t').log.config.maxMessageBytes).toBeGreaterThan(100)
    await fixture.apply(setting('t'))
    expect(fixture.partition('t').log.config.maxMessageBytes).toBe(100)
    expect(fixture.partition('t').config.minInsyncReplicas).toBe(3)
    expect(await fixture.produce('t', batchOf({ valueBytes: 200 }))).toMatchObject({
      errorCode: ErrorCode.MESSAGE_TOO_LARGE,
    })
  })
})

describe('a restart', () => {
  it('serves what was there, committed as far as it was', async () => {
    let fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    await fixture.produce('t', batchOf({ count: 3 }))
    fixture = await fixture.restart()
    expect(fixture.partition('t').highWatermark).toBe(3)
    fixture = await fixture.crash()
    expect(fixture.partition('t').highWatermark).toBe(3)
    expect((await fixture.produce('t', batchOf())).baseOffset).toBe(3)
  })

  it('does not take for committed what followers may not have, but what the checkpoint says', async () => {
    let fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2], isr: [1] })
    await fixture.produce('t', batchOf({ count: 3 }), { acks: 1 })
    await settle()
    expect(fixture.partition('t').highWatermark).toBe(3)
    await fixture.clock.advanceAndSettle(5_000)
    await settle()
    await fixture.apply(
      metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(1), partitionId: 0, isr: [1, 2] }),
    )
    await fixture.produce('t', batchOf({ count: 4 }), { acks: 1 })
    fixture = await fixture.kill()
    expect(fixture.partition('t').log.logEndOffset).toBe(7)
    expect(fixture.partition('t').highWatermark).toBe(3)
  })

  it('sets logs aside that no topic has here', async () => {
    let fixture = await ReplicaFixture.start()
    await fixture.createTopic('kept', { topicId: uuid(1) })
    await fixture.createTopic('gone', { topicId: uuid(2) })
    await fixture.createTopic('new', { topicId: uuid(3) })
    fixture = await fixture.restart({
      records: [...topicRecords('kept', { topicId: uuid(1) }), ...topicRecords('new', { topicId: uuid(4) })],
    })
    expect(
      directories(fixture)
        .map(name => name.replace(/\.[0-9a-f]{32}-/, '.*-'))
        .sort(),
    ).toEqual(['gone-0.*-stray', 'kept-0', 'new-0', 'new-0.*-stray'])
    expect(fixture.partition('new').topicId).toBe(uuid(4))
  })

  it('takes changes of the metadata in order while it is still loading', async () => {
    const before = await ReplicaFixture.start()
    await before.createTopic('t', { topicId: uuid(1) })
    await before.stop()
    const disk = before.disk.copy()
    const fixture = await ReplicaFixture.start({ disk: disk.copy() })
    expect(fixture.image).not.toBe(EMPTY_METADATA_IMAGE)
    const applied = [
      fixture.createTopic('t', { topicId: uuid(5) }),
      fixture.apply(remove(5)),
      fixture.createTopic('t', { topicId: uuid(6) }),
    ]
    await Promise.all(applied)
    expect(fixture.partition('t').topicId).toBe(uuid(6))
  })
})

describe('leadership listeners', () => {
  it('hear of what is led already, of new epochs and of the end', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t', { replicas: [1, 2], leaderEpoch: 3 })
    const heard = hearing(fixture, 't')
    const other = hearing(fixture, 'other')
    await fixture.apply(newLeader(1))
    await fixture.apply(newLeader(2))
    await fixture.apply(newLeader(1))
    await fixture.apply(setting('t'))
    await fixture.apply(remove(1))
    expect(heard).toEqual([
      'elected 0 in 3',
      'resigned 0 in 3',
      'elected 0 in 4',
      'resigned 0 in 4',
      'elected 0 in 6',
      'resigned 0 in 6',
    ])
    expect(other).toEqual([])
  })

  it('hear of the end when the disk fails and when the broker stops', async () => {
    const fixture = await onTwoDisks()
    const heard = [hearing(fixture, 'a'), hearing(fixture, 'b')]
    failDisk(fixture, fixture.partition('a').log.logDirectory)
    await fixture.produce('a', batchOf())
    expect(heard).toEqual([['elected 0 in 0', 'resigned 0 in 0'], ['elected 0 in 0']])
    await fixture.stop()
    expect(heard[1]).toEqual(['elected 0 in 0', 'resigned 0 in 0'])
  })
})

/** Topics `a` and `b`, each on a disk of its own. */
async function onTwoDisks(): Promise<ReplicaFixture> {
  const fixture = await ReplicaFixture.start({ logDirs: ['/one', '/two'] })
  await fixture.createTopic('a', { topicId: uuid(1) })
  await fixture.createTopic('b', { topicId: uuid(2) })
  expect(fixture.partition('a').log.logDirectory).not.toBe(fixture.partition('b').log.logDirectory)
  return fixture
}

function failDisk({ disk }: { disk: MemoryDisk }, directory: string): void {
  for (const operation of ['write', 'flush', 'open', 'list'] as const) {
    disk.failOn({ operation, pathContains: directory, code: 'EIO', nth: 1, forever: true })
  }
}

describe('a failed disk', () => {
  it('takes its own partitions offline and leaves the others alone', async () => {
    const fixture = await onTwoDisks()
    failDisk(fixture, fixture.partition('a').log.logDirectory)
    expect(await fixture.produce('a', batchOf())).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR })
    const [failed] = await fixture.replicas.fetch([target('a', 0)], CONSUMER)
    expect(failed).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR })
    expect(await fixture.produce('b', batchOf())).toMatchObject({ errorCode: ErrorCode.NONE })
    const described = await fixture.replicas.describeLogDirectories()
    expect(described.map(({ errorCode, logs }) => [errorCode, logs.length]).sort()).toEqual([
      [ErrorCode.NONE, 1],
      [ErrorCode.KAFKA_STORAGE_ERROR, 0],
    ])
  })

  it('that was not there at the start never gets an empty log in the place of the one on it', async () => {
    const disk = new MemoryDisk()
    failDisk({ disk }, '/two')
    const fixture = await ReplicaFixture.start({ disk, logDirs: ['/one', '/two'] })
    const offline = fixture.logManager.directories.filter(({ isOffline }) => isOffline)
    expect(offline.map(({ path }) => path)).toEqual(['/two'])
    await fixture.createTopic('assigned', { topicId: uuid(1), directoryId: uuid(902) })
    await fixture.createTopic('free', { topicId: uuid(2) })
    expect(fixture.replicas.find({ topic: 'assigned', partition: 0 })).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect(fixture.partition('free').isLeader).toBe(true)
  })
})

describe('a stop', () => {
  it('brings what waits to disk, acknowledges it and writes the high watermarks', async () => {
    const fixture = await ReplicaFixture.start()
    await fixture.createTopic('t')
    const waiting = fixture.produce('t', batchOf({ count: 2 }))
    await fixture.stop()
    expect(await waiting).toMatchObject({ errorCode: ErrorCode.NONE })
    const file = await fixture.disk.readFile(`${LOG_DIRS[0]}/replication-offset-checkpoint`, 1000)
    expect(file.toString()).toBe('0\n1\nt 0 2\n')
    expect(await fixture.produce('t', batchOf())).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
    })
  })
})
