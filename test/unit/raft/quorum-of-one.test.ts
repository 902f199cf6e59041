import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { World } from '../../../src/io/world.ts'
import { stateOfImage } from '../metadata/controller-fixture.ts'
import { SilentLogger } from '../support/silent-logger.ts'
import { formatDirectory, QuorumNode, type QuorumNodeOptions } from './quorum-node.ts'

const DIRECTORY = '/data'
const METADATA = `${DIRECTORY}/__cluster_metadata-0`

function worldOf(disk: MemoryDisk, clock = new ManualClock()): World {
  return {
    clock,
    disk,
    random: new SeededRandom(11),
    compute: { run: <T>(job: () => Promise<T>) => job() },
    logger: new SilentLogger(),
  } as unknown as World
}

async function fresh(options: Partial<QuorumNodeOptions> = {}) {
  const disk = new MemoryDisk()
  const world = worldOf(disk)
  const all = { world, directory: DIRECTORY, ...options }
  await formatDirectory(all)
  return { disk, options: all, node: await QuorumNode.start(all) }
}

const restart = (disk: MemoryDisk, options: Partial<QuorumNodeOptions> = {}) =>
  QuorumNode.start({ world: worldOf(disk), directory: DIRECTORY, ...options })

const files = async (disk: MemoryDisk, ending: string) =>
  (await disk.list(METADATA))
    .map(({ name }) => name)
    .filter(name => name.endsWith(ending))
    .sort()

const quorumState = async (disk: MemoryDisk) =>
  JSON.parse((await disk.readFile(`${METADATA}/quorum-state`, 1000)).toString()) as Record<string, unknown>

describe('a quorum of one', () => {
  test('leads at once, tells the voters in its first epoch, and has the bootstrap records applied', async () => {
    const { node, disk } = await fresh()
    expect(node.driver.leader).toEqual({ leaderId: 1, leaderEpoch: 1 })
    expect(await quorumState(disk)).toEqual({
      leaderId: 1,
      leaderEpoch: 1,
      votedId: -1,
      votedDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA',
      data_version: 1,
    })
    await node.startBroker()
    expect(node.controller.isActive).toBe(true)
    expect(node.image.features.metadataVersion).toBe(30)
    expect(node.image.cluster.brokers.get(1)).toMatchObject({
      fenced: false,
      directories: [node.directoryId],
    })
    expect(node.image.cluster.controllers.has(1)).toBe(true)
    const first = [...(await collect(node.metadataLog.batchesFrom(0, 3)))][0]!
    expect(first).toMatchObject({ baseOffset: 0, lastOffset: 2, leaderEpoch: 1 })
    expect(first.controlRecords.map(({ key }) => key?.readInt16BE(2))).toEqual([2, 5, 6])
    await node.stop()
    expect(node.failures).toEqual([])
  })

  test('begins a later epoch at each start, with the state as it was', async () => {
    const { node, disk } = await fresh()
    await node.startBroker()
    await node.createTopic('t', 3)
    await node.stop()
    const before = stateOfImage(node.image)
    const again = await restart(disk)
    expect(again.driver.leader).toEqual({ leaderId: 1, leaderEpoch: 2 })
    const { controllers: _, ...rest } = before
    expect(stateOfImage(again.image)).toMatchObject(rest)
    const endOffset = again.metadataLog.endOffset
    await again.startBroker()
    expect(again.image.topics.partition('t', 2)).toMatchObject({ leader: 1, leaderEpoch: 2 })
    expect(again.metadataLog.endOffset).toBeGreaterThan(endOffset)
    await again.stop()
  })

  test('what was answered before a crash is there after it', async () => {
    const { node, disk } = await fresh()
    await node.startBroker()
    for (let index = 0; index < 20; index++) await node.createTopic(`topic-${index}`)
    const survived = disk.crash()
    const again = await restart(survived)
    for (let index = 0; index < 20; index++) {
      expect(again.image.topics.topicByName(`topic-${index}`)).toBeDefined()
    }
    await again.startBroker()
    expect(again.image.topics.partition('topic-7', 0)).toMatchObject({ leader: 1, isr: [1] })
    await again.stop()
  })

  test('with voters told by configuration the log tells none', async () => {
    const { node, disk } = await fresh({ quorum: 'static' })
    expect(node.driver.kraftVersion).toBe(0)
    expect(await quorumState(disk)).toEqual({
      clusterId: '',
      leaderId: 1,
      leaderEpoch: 1,
      votedId: -1,
      appliedOffset: 0,
      currentVoters: [{ voterId: 1 }],
      data_version: 0,
    })
    const [first] = await collect(node.metadataLog.batchesFrom(0, 1))
    expect(first!.controlRecords.map(({ key }) => key?.readInt16BE(2))).toEqual([2])
    await node.stop()
    expect(await files(disk, '.checkpoint')).toEqual([])
  })

  test('describes itself', async () => {
    const { node } = await fresh()
    await node.startBroker()
    const endOffset = node.metadataLog.endOffset
    expect(node.driver.describe()).toMatchObject({
      leaderId: 1,
      leaderEpoch: 1,
      highWatermark: endOffset,
      voters: [{ replicaId: 1, replicaDirectoryId: node.directoryId, logEndOffset: endOffset }],
      observers: [],
    })
    await node.stop()
    expect(node.driver.describe()).toBeUndefined()
  })
})

describe('a directory that is not the voter’s', () => {
  test('refuses to start where the log names another directory of this node', async () => {
    const { node, disk } = await fresh()
    await node.stop()
    const path = `${DIRECTORY}/meta.properties`
    const text = (await disk.readFile(path, 1000)).toString()
    const other = Buffer.alloc(16, 7).toString('base64url')
    await disk.replaceFile(path, Buffer.from(text.replace(node.directoryId, other)))
    await expect(restart(disk)).rejects.toThrow(`the directory ${node.directoryId}, and this one is ${other}`)
  })
})

describe('snapshots', () => {
  test('are written after so many bytes, and a start needs only the latest and what is behind it', async () => {
    const limits = { maxBytesBetween: 2000, retentionBytes: 0 }
    const { node, disk, options } = await fresh({ snapshotLimits: limits, segmentBytes: 4096 })
    await node.startBroker()
    for (let index = 0; index < 60; index++) await node.createTopic(`topic-${index}`)
    await node.stop()
    const snapshots = await files(disk, '.checkpoint')
    expect(snapshots.some(name => !name.startsWith('0'.repeat(20)))).toBe(true)
    expect(node.log.logStartOffset).toBeGreaterThan(0)
    expect(snapshots).toHaveLength(1)
    const { controllers: _, ...before } = stateOfImage(node.image)
    const again = await restart(disk, { ...options, world: worldOf(disk) })
    expect(stateOfImage(again.image)).toMatchObject(before)
    expect(again.driver.kraftVersion).toBe(1)
    await again.startBroker()
    await again.createTopic('one-more')
    expect(again.image.topics.size).toBe(61)
    await again.stop()
    expect(again.failures).toEqual([])
  })

  test('are written after so long', async () => {
    const clock = new ManualClock()
    const disk = new MemoryDisk()
    const options = {
      world: worldOf(disk, clock),
      directory: DIRECTORY,
      snapshotLimits: { maxIntervalMs: 1000 },
    }
    await formatDirectory(options)
    const node = await QuorumNode.start(options)
    await node.startBroker()
    expect(await files(disk, '.checkpoint')).toHaveLength(1)
    await clock.advanceAndSettle(1000)
    await node.stop()
    expect(await files(disk, '.checkpoint')).toHaveLength(2)
  })

  test('go when they are old enough, all but the latest', async () => {
    const clock = new ManualClock()
    const disk = new MemoryDisk()
    const snapshotLimits = { maxIntervalMs: 1000, retentionMs: 2500 }
    const options = { world: worldOf(disk, clock), directory: DIRECTORY, snapshotLimits }
    await formatDirectory(options)
    const node = await QuorumNode.start(options)
    await node.startBroker()
    const counts: number[] = []
    for (let round = 0; round < 6; round++) {
      await node.createTopic(`topic-${round}`)
      await clock.advanceAndSettle(1000)
      counts.push((await files(disk, '.checkpoint')).length)
    }
    expect(counts).toEqual([2, 3, 3, 3, 3, 3])
    await node.stop()
    const again = await restart(disk)
    expect(again.image.topics.size).toBe(6)
    await again.stop()
  })

  test('a log that has lost its beginning and every snapshot of it refuses to start', async () => {
    const limits = { maxBytesBetween: 2000, retentionBytes: 0 }
    const { node, disk } = await fresh({ snapshotLimits: limits, segmentBytes: 4096 })
    await node.startBroker()
    for (let index = 0; index < 60; index++) await node.createTopic(`topic-${index}`)
    await node.stop()
    for (const name of await files(disk, '.checkpoint')) await disk.removeFile(`${METADATA}/${name}`)
    await expect(restart(disk)).rejects.toThrow('restore its .checkpoint files')
  })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
