import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { releases } from '../../clients/java/releases.ts'
import { ReleaseTools } from '../../clients/java/scenario.ts'
import { ORACLE_VERSION, startBroker } from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { removeFolder, temporaryFolder } from '../../harness/temporary-folder.ts'
import { startToolRunner, type ToolRunner } from '../../harness/tool-runner.ts'
import { fill } from './contents.ts'
import { type DirectoryFiles, directoryFiles, dumpLogSegments } from './dump-log-segments.ts'

/** How often a pattern occurs. */
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

/** The sum of the record counts of the batches of one topic. */
const recordsOf = (dump: string, topic: string): number =>
  dump
    .split(/^Dumping /m)
    .filter(part => new RegExp(`^\\S*/${topic}-\\d+/\\d+\\.log\\n`).test(part))
    .flatMap(part => [...part.matchAll(/^baseOffset: .*? count: (\d+) /gm)])
    .reduce((sum, match) => sum + Number(match[1]), 0)

describeWithTools(
  ['java', 'javac', 'mvn'],
  "Apache Kafka's DumpLogSegments reads a stopped broker's directory",
  () => {
    let runner: ToolRunner
    let files: DirectoryFiles

    beforeAll(async () => {
      const release = releases.find(({ version }) => version === ORACLE_VERSION)
      if (!release) throw new Error(`no tools of ${ORACLE_VERSION}`)
      runner = await startToolRunner(await release.jars())
      // Snapshots of the metadata from the first kilobytes on.
      const broker = await startBroker({
        properties: { 'metadata.log.max.record.bytes.between.snapshots': '2000' },
      })
      try {
        await fill(new ReleaseTools(release, { broker, runner }))
        expect(await broker.stop()).toBe(0)
      } finally {
        await broker.kill()
      }
      files = directoryFiles(broker.dataDirectory)
    })

    afterAll(async () => {
      await runner?.stop()
    })

    const named = (paths: readonly string[], pattern: RegExp): string[] =>
      paths.filter(path => pattern.test(basename(path)))

    test('segments, batch by batch and record by record', async () => {
      const segments = named(files.topics, /\.log$/)
      const dump = await dumpLogSegments(runner, segments, ['--deep-iteration'])
      expect(recordsOf(dump, 'keys')).toBe(150)
      expect(recordsOf(dump, 'segments')).toBe(6_000)
      expect(recordsOf(dump, 'headers')).toBe(3)
      expect(recordsOf(dump, 'append-time')).toBe(3)
      expect(
        named(
          segments.filter(path => path.includes('/segments-0/')),
          /./,
        ).length,
      ).toBeGreaterThan(3)
      for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
        expect(dump).toMatch(new RegExp(`compresscodec: ${codec} `))
      }
      expect(dump).toMatch(/LogAppendTime/)
      expect(dump).toMatch(/producerId: \d+ producerEpoch: 0/)
    })

    test('segments with what is in them', async () => {
      const segments = named(files.topics, /\.log$/).filter(path => path.includes('/headers-0/'))
      const dump = await dumpLogSegments(runner, segments, ['--print-data-log'])
      expect(dump).toMatch(/headerKeys: \[color,size\] key: key payload: value/)
    })

    test('offset and time indexes, against the segments beside them', async () => {
      const indexes = named(files.topics, /index$/)
      expect(named(indexes, /\.index$/).length).toBeGreaterThan(5)
      expect(named(indexes, /\.timeindex$/).length).toBeGreaterThan(5)
      const dump = await dumpLogSegments(runner, indexes, [])
      // An entry for each 512 bytes, or rather each batch, of six sealed megabytes.
      expect(count(dump, /^offset: \d+ position: \d+$/gm)).toBeGreaterThan(100)
      expect(count(dump, /^timestamp: \d+ offset: \d+$/gm)).toBeGreaterThan(10)
    })

    test('the sanity of the indexes', async () => {
      const indexes = named(files.topics, /\.(index|timeindex)$/).filter(path =>
        path.includes('/segments-0/'),
      )
      const dump = await dumpLogSegments(runner, indexes, ['--index-sanity-check'])
      expect(count(dump, / passed sanity check\.| is empty\./g)).toBe(indexes.length)
    })

    test('producer snapshots', async () => {
      const snapshots = named(files.topics, /\.snapshot$/)
      expect(snapshots.some(path => path.includes('/keys-'))).toBe(true)
      const dump = await dumpLogSegments(runner, snapshots, [])
      expect(dump).toMatch(
        /^producerId: \d+ producerEpoch: 0 .*firstSequence: \S+ lastSequence: \d+ lastOffset: \d+ /m,
      )
    })

    test('the metadata log and its snapshots', async () => {
      const logs = named(files.metadata, /\.log$/)
      const snapshots = named(files.metadata, /^\d+-\d+\.checkpoint$/)
      expect(snapshots.length).toBeGreaterThan(0)
      const options = ['--cluster-metadata-decoder', '--deep-iteration']
      const log = await dumpLogSegments(runner, logs, options)
      for (const type of [
        'FEATURE_LEVEL',
        'REGISTER_BROKER',
        'TOPIC',
        'PARTITION',
        'CONFIG',
        'REMOVE_TOPIC',
      ]) {
        expect(log).toContain(`"type":"${type}_RECORD"`)
      }
      expect(log).toContain('"name":"segments"')
      const newest = await dumpLogSegments(runner, snapshots.slice(-1), options)
      expect(newest).toMatch(/SnapshotHeader/)
      expect(newest).toMatch(/SnapshotFooter/)
      expect(newest).toContain('"type":"TOPIC_RECORD"')
    })

    test('the indexes and producer snapshots of the metadata log', async () => {
      await dumpLogSegments(runner, named(files.metadata, /\.(index|timeindex|snapshot)$/), [])
    })

    test('the offsets of groups', async () => {
      const dump = await dumpLogSegments(runner, named(files.offsets, /\.log$/), ['--offsets-decoder'])
      expect(dump).toMatch(/"group":"reading","topic":"segments","partition":0/)
      expect(dump).toMatch(/"offset":100[,}]/)
      expect(dump).toMatch(/"group":"placed","topic":"keys","partition":2/)
      expect(dump).toMatch(/"protocolType":"consumer"/)
      await dumpLogSegments(runner, named(files.offsets, /(index|snapshot)$/), [])
    })

    // In the records of the first batch; in the position of the eleventh entry.
    test.each([
      { suffix: '.log', position: 1_000 },
      { suffix: '.index', position: 8 * 10 + 6 },
    ])('one bit changed in a file *$suffix would be complained of', async ({ suffix, position }) => {
      const folder = join(temporaryFolder('damaged'), 'segments-0')
      mkdirSync(folder)
      for (const path of files.topics.filter(path => path.includes('/segments-0/00000000000000000000.'))) {
        const bytes = readFileSync(path)
        if (path.endsWith(suffix)) bytes[position] = (bytes[position] ?? 0) ^ 1
        writeFileSync(join(folder, basename(path)), bytes)
      }
      const path = join(folder, `00000000000000000000${suffix}`)
      await expect(dumpLogSegments(runner, [path], [])).rejects.toThrow(/^DumpLogSegments ended with/)
      removeFolder(folder)
    })
  },
)
