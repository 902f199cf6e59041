import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import {
  CorruptCheckpointError,
  formatCheckpoint,
  parseCheckpoint,
} from '../../../src/log/checkpoint-file.ts'
import {
  readCleanShutdownFile,
  removeCleanShutdownFile,
  writeCleanShutdownFile,
} from '../../../src/log/clean-shutdown-file.ts'
import {
  MetaPropertiesError,
  readMetaProperties,
  writeMetaProperties,
} from '../../../src/log/meta-properties.ts'
import { readOffsetCheckpoint, writeOffsetCheckpoint } from '../../../src/log/offset-checkpoint.ts'
import {
  markedDirectoryName,
  parsePartitionDirectoryName,
  partitionDirectoryName,
} from '../../../src/log/partition-directory-name.ts'
import { readPartitionMetadata, writePartitionMetadata } from '../../../src/log/partition-metadata.ts'
import { parseSegmentFileName, segmentFileName } from '../../../src/log/segment-file-name.ts'

let disk: MemoryDisk
const text = async (path: string) => (await disk.readFile(path, 1000)).toString()
const put = (path: string, content: string) => disk.replaceFile(path, Buffer.from(content))

beforeEach(async () => {
  disk = new MemoryDisk()
  await disk.makeDirectory('/d')
})

describe('a checkpoint', () => {
  it('has a line with the version, one with the count, and one for each entry', () => {
    expect(formatCheckpoint([['t', 0, 5]])).toBe('0\n1\nt 0 5\n')
    expect(parseCheckpoint('0\n1\nt 0 5\n', { path: 'p', columns: 3 })).toEqual([['t', '0', '5']])
    expect(parseCheckpoint('', { path: 'p', columns: 3 })).toBe(undefined)
  })

  it('is refused when version, count or an entry is not as it should be', () => {
    for (const bad of ['1\n0\n', 'x\n', '0\nx\n', '0\n2\nt 0 5\n', '0\n1\nt 0\n', '0\n0\nt 0 5\n', '\n']) {
      expect(() => parseCheckpoint(bad, { path: 'p', columns: 3 })).toThrow(CorruptCheckpointError)
    }
  })

  it('of offsets comes back as it was, and does not take what is no offset', async () => {
    const file = { directory: '/d', name: 'replication-offset-checkpoint' } as const
    expect((await readOffsetCheckpoint(disk, file)).get({ topic: 'a', partition: 1 })).toBe(undefined)
    await writeOffsetCheckpoint(disk, file, [
      { topicPartition: { topic: 'a', partition: 1 }, offset: 7 },
      { topicPartition: { topic: 'b', partition: 0 }, offset: Number.MAX_SAFE_INTEGER },
    ])
    expect(await text('/d/replication-offset-checkpoint')).toBe('0\n2\na 1 7\nb 0 9007199254740991\n')
    const read = await readOffsetCheckpoint(disk, file)
    expect(read.get({ topic: 'a', partition: 1 })).toBe(7)
    expect(read.get({ topic: 'b', partition: 0 })).toBe(Number.MAX_SAFE_INTEGER)
    expect([...read.entries()]).toHaveLength(2)
    await put('/d/replication-offset-checkpoint', '0\n1\na 1 -7\n')
    await expect(readOffsetCheckpoint(disk, file)).rejects.toThrow(CorruptCheckpointError)
  })
})

describe('partition.metadata', () => {
  it('carries the topic id in the words of Kafka', async () => {
    expect(await readPartitionMetadata(disk, '/d')).toBe(undefined)
    await writePartitionMetadata(disk, { directory: '/d', topicId: 'AAAAAAAAQAAAAAAAAAAAAQ' })
    expect(await text('/d/partition.metadata')).toBe('version: 0\ntopic_id: AAAAAAAAQAAAAAAAAAAAAQ')
    expect(await readPartitionMetadata(disk, '/d')).toBe('AAAAAAAAQAAAAAAAAAAAAQ')
  })

  it('tells nothing when it is damaged', async () => {
    for (const bad of [
      '',
      'version: 0\n',
      'version: 1\ntopic_id: AAAAAAAAQAAAAAAAAAAAAQ',
      'version: 0\ntopic_id: x',
    ]) {
      await put('/d/partition.metadata', bad)
      expect(await readPartitionMetadata(disk, '/d')).toBe(undefined)
    }
  })
})

describe('meta.properties', () => {
  it('comes back as it was', async () => {
    expect(await readMetaProperties(disk, '/d')).toBe(undefined)
    const properties = {
      clusterId: '5L6g3nShT-eMCtK--X86sw',
      nodeId: 1,
      directoryId: 'AAAAAAAAQAAAAAAAAAAAAQ',
    }
    await writeMetaProperties(disk, '/d', properties)
    expect(await readMetaProperties(disk, '/d')).toEqual(properties)
    await put('/d/meta.properties', '#\n#Thu Nov 21\nnode.id=3\nversion=1\ncluster.id=abc\n')
    expect(await readMetaProperties(disk, '/d')).toEqual({
      clusterId: 'abc',
      nodeId: 3,
      directoryId: undefined,
    })
  })

  it('is refused with the name of the file and what is wrong', async () => {
    for (const bad of [
      'version=0\nbroker.id=1\n',
      'version=1\nnode.id=1\n',
      'version=1\ncluster.id=a\nnode.id=x\n',
    ]) {
      await put('/d/meta.properties', bad)
      await expect(readMetaProperties(disk, '/d')).rejects.toThrow(MetaPropertiesError)
      await expect(readMetaProperties(disk, '/d')).rejects.toThrow('/d/meta.properties: ')
    }
  })
})

describe('the marker of a clean stop', () => {
  it('carries the broker epoch, and is gone when it is taken away', async () => {
    expect(await readCleanShutdownFile(disk, '/d')).toBe(undefined)
    await writeCleanShutdownFile(disk, { directory: '/d', brokerEpoch: 42 })
    expect(await text('/d/.kafka_cleanshutdown')).toBe('{"version":0,"brokerEpoch":42}')
    expect(await readCleanShutdownFile(disk, '/d')).toBe(42)
    await removeCleanShutdownFile(disk, '/d')
    expect(await readCleanShutdownFile(disk.crash(), '/d')).toBe(undefined)
  })

  it('is one also when nothing can be read in it', async () => {
    for (const content of ['', 'x', '{}', '{"version":0,"brokerEpoch":"7"}']) {
      await put('/d/.kafka_cleanshutdown', content)
      expect(await readCleanShutdownFile(disk, '/d')).toBe(-1)
    }
  })
})

describe('names', () => {
  it('of segment files carry the base offset in twenty digits', () => {
    expect(segmentFileName(42, '.timeindex')).toBe('00000000000000000042.timeindex')
    expect(parseSegmentFileName('00000000000000000042.log.deleted')).toEqual({
      offset: 42,
      suffix: '.log',
      state: '.deleted',
    })
    for (const name of [
      '42.log',
      '00000000000000000042.log.x',
      '99999999999999999999.log',
      'leader-epoch-checkpoint',
    ]) {
      expect(parseSegmentFileName(name)).toBe(undefined)
    }
  })

  it('of partition directories come back as topic and partition', () => {
    const topics = fc.stringMatching(/^[a-zA-Z0-9._-]{1,200}$/)
    fc.assert(
      fc.property(topics, fc.nat(), (topic, partition) => {
        const topicPartition = { topic, partition }
        const kinds = parsePartitionDirectoryName(partitionDirectoryName(topicPartition))
        expect(kinds).toEqual({ topicPartition, kind: 'current' })
        const marked = markedDirectoryName(topicPartition, { kind: 'delete', uniqueId: 'a'.repeat(32) })
        expect(marked.length).toBeLessThanOrEqual(255)
        const back = parsePartitionDirectoryName(marked)
        expect(back?.kind).toBe('delete')
        expect(topic.startsWith(back?.topicPartition.topic ?? '?')).toBe(true)
      }),
    )
    for (const name of ['topic', 'topic-', 'topic-x', '-1', 'topic-99999999999']) {
      expect(parsePartitionDirectoryName(name)).toBe(undefined)
    }
  })
})
