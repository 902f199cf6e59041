import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { eventually, lines, type ReleaseTools, rowsFrom } from '../../clients/java/scenario.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Lines of some hundred bytes that do not compress to nothing. */
const longLines = (count: number, seed: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    let state = seed * 7_919 + i
    const words = Array.from({ length: 100 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return state.toString(36)
    })
    return `${i} ${words.join(' ')}`
  })

const keyed = '--reader-property parse.key=true --reader-property key.separator=:'

/** One partition each unless said otherwise; `segments` gets several segments. */
const topics: Readonly<Record<string, string>> = {
  keys: '--partitions 3 --replication-factor 1',
  headers: '--partitions 1 --replication-factor 1',
  'append-time':
    '--partitions 1 --replication-factor 1 --config message.timestamp.type=LogAppendTime --config retention.ms=86400000',
  compacted: '--partitions 1 --replication-factor 1 --config cleanup.policy=compact',
  segments:
    '--partitions 1 --replication-factor 1 --config segment.bytes=1048576 --config index.interval.bytes=512',
  trimmed: '--partitions 1 --replication-factor 1',
  empty: '--partitions 2 --replication-factor 1',
}

/**
 * Fills a broker's directory with what a directory can hold: every codec, keys, headers and null values, both kinds of
 * timestamps, several segments, a start that has moved, a deleted topic, added partitions, settings, and groups.
 */
export const fill = async (tools: ReleaseTools): Promise<void> => {
  for (const [topic, options] of Object.entries(topics)) await tools.createTopic(topic, options)
  for (const codec of codecs) {
    const records = Array.from({ length: 30 }, (_, i) => `key${i % 11}:${codec} ${i} ${'text '.repeat(20)}`)
    await tools.produce('keys', records, `${keyed} --compression-codec ${codec}`)
  }
  await tools.produce(
    'headers',
    ['color:red,size:XL\tkey\tvalue', 'color:blue\tkey\tNULL', 'empty:\tNULL\tvalue'],
    '--reader-property parse.headers=true --reader-property parse.key=true --reader-property null.marker=NULL',
  )
  await tools.produce('append-time', ['one', 'two', 'three'], '--compression-codec zstd')
  await tools.produce('compacted', ['a:1', 'b:2', 'a:3'], keyed)
  for (let i = 0; i < 3; i++) await tools.produce('segments', longLines(2_000, i), '--batch-size 16384')
  await tools.produce('trimmed', ['zero', 'one', 'two', 'three'])
  const offsets = join(temporaryFolder('offsets'), 'offsets.json')
  writeFileSync(offsets, JSON.stringify({ partitions: [{ topic: 'trimmed', partition: 0, offset: 2 }] }))
  await tools.succeed('kafka-delete-records', `${tools.server} --offset-json-file ${offsets}`)

  await tools.createTopic('deleted')
  await tools.produce('deleted', ['gone'])
  await tools.succeed('kafka-topics', `${tools.server} --delete --topic deleted`)
  await tools.succeed('kafka-topics', `${tools.server} --alter --topic empty --partitions 3`)
  await tools.succeed(
    'kafka-configs',
    `${tools.server} --entity-type topics --entity-name headers --alter --add-config max.message.bytes=524288`,
  )
  await tools.succeed(
    'kafka-configs',
    `${tools.server} --entity-type brokers --entity-default --alter --add-config log.cleaner.threads=2`,
  )
  await fillGroups(tools)
}

const fillGroups = async (tools: ReleaseTools): Promise<void> => {
  expect(await tools.consume('segments', 100, '--from-beginning --group reading')).toHaveLength(100)
  const reset = `${tools.server} --reset-offsets --group placed --topic keys --to-latest --execute`
  await tools.succeed('kafka-consumer-groups', reset)
  await tools.succeed('kafka-consumer-groups', reset.replace('--group placed', '--group removed'))
  await tools.succeed('kafka-consumer-groups', `${tools.server} --delete --group removed`)
}

/** What a user sees of a broker's directory. */
export interface Contents {
  /** Name, id, number of partitions and settings of each topic, as `kafka-topics --describe` prints them. */
  readonly topics: Readonly<Record<string, string>>
  readonly startOffsets: Readonly<Record<string, string>>
  readonly endOffsets: Readonly<Record<string, string>>
  /** By topic: the records with timestamp, partition, offset, headers, key and value. */
  readonly records: Readonly<Record<string, readonly string[]>>
  /** By group: topic, partition and committed offset. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly brokerDefaults: readonly string[]
}

/** The heads of the topics' descriptions by name, without the internal topics. */
const describeTopics = async (tools: ReleaseTools): Promise<Record<string, string>> => {
  const text = await tools.succeed('kafka-topics', `${tools.server} --describe --exclude-internal`)
  return Object.fromEntries(
    lines(text).flatMap(line => {
      const topic = /^Topic: (\S+)/.exec(line)?.[1]
      return topic === undefined ? [] : [[topic, line.split('\t').map(sorted).join(' ')]]
    }),
  )
}

/** A list of settings in an order of its own. */
const sorted = (field: string): string => {
  const match = /^Configs: (.*)$/.exec(field)
  return match ? `Configs: ${match[1]?.split(',').toSorted().join(',')}` : field
}

/** `topic:partition` and offset of all topics but the internal ones. */
const readOffsets = async (tools: ReleaseTools, time: string): Promise<Record<string, string>> => {
  const args = `${tools.server} --exclude-internal-topics --time ${time}`
  const printed = lines(await tools.succeed('kafka-get-offsets', args))
  return Object.fromEntries(
    printed.map(line => {
      const [topic, partition, offset = ''] = line.split(':')
      return [`${topic}:${partition}`, offset]
    }),
  )
}

const printed = ['timestamp', 'partition', 'offset', 'headers', 'key']
  .map(field => `--formatter-property print.${field}=true`)
  .join(' ')

const readRecords = async (
  tools: ReleaseTools,
  offsets: { start: Record<string, string>; end: Record<string, string> },
): Promise<Record<string, readonly string[]>> => {
  const counts = new Map<string, number>()
  for (const [partition, end] of Object.entries(offsets.end)) {
    const topic = partition.slice(0, partition.lastIndexOf(':'))
    const count = Number(end) - Number(offsets.start[partition])
    counts.set(topic, (counts.get(topic) ?? 0) + count)
  }
  const records: Record<string, readonly string[]> = {}
  for (const [topic, count] of [...counts].toSorted()) {
    const read = count === 0 ? [] : await tools.consume(topic, count, `--from-beginning ${printed}`)
    expect(read, topic).toHaveLength(count)
    records[topic] = read.toSorted()
  }
  return records
}

const groups = ['reading', 'placed', 'removed'] as const

const readGroups = async (tools: ReleaseTools): Promise<Record<string, readonly string[]>> => {
  const read: Record<string, readonly string[]> = {}
  for (const group of groups) {
    const { stdout } = await tools.run('kafka-consumer-groups', `${tools.server} --describe --group ${group}`)
    read[group] = rowsFrom(stdout, group)
      .filter(row => /^\d+$/.test(row[2] ?? ''))
      .map(([, topic, partition, offset]) => `${topic}:${partition} ${offset}`)
      .toSorted()
  }
  return read
}

/** Reads all that a user sees. Keeps at it while the broker's picture of the cluster is still growing. */
export const readContents = async (tools: ReleaseTools): Promise<Contents> => {
  const start = await readOffsets(tools, 'earliest')
  const end = await readOffsets(tools, 'latest')
  const defaults = `${tools.server} --entity-type brokers --entity-default --describe`
  return {
    topics: await describeTopics(tools),
    startOffsets: start,
    endOffsets: end,
    records: await readRecords(tools, { start, end }),
    groups: await readGroups(tools),
    brokerDefaults: lines(await tools.succeed('kafka-configs', defaults))
      .slice(1)
      .toSorted(),
  }
}

/** What must be there after `fill`, so that equal contents are not equally empty ones. */
export const expectFilled = (contents: Contents): void => {
  expect(Object.keys(contents.topics).toSorted()).toEqual(Object.keys(topics).toSorted())
  expect(contents.topics['empty']).toContain('PartitionCount: 3')
  expect(contents.topics['headers']).toContain('max.message.bytes=524288')
  const counts = Object.entries(contents.records).map(([topic, records]) => [topic, records.length])
  expect(Object.fromEntries(counts)).toEqual({
    'append-time': 3,
    compacted: 3,
    empty: 0,
    headers: 3,
    keys: 150,
    segments: 6_000,
    trimmed: 2,
  })
  expect(contents.startOffsets['trimmed:0']).toBe('2')
  expect(contents.groups['reading']).toEqual(['segments:0 100'])
  expect(contents.groups['placed']).toHaveLength(3)
  expect(contents.groups['removed']).toEqual([])
  expect(contents.brokerDefaults.join('\n')).toContain('log.cleaner.threads=2')
}

/** Goes on in a filled directory: more records, a group that reads on, a topic more, one less. */
export const goOn = async (tools: ReleaseTools, round: number): Promise<void> => {
  const before = await tools.offsets('append-time')
  await tools.produce('append-time', [`round ${round}`], '--compression-codec lz4')
  expect(await tools.offsets('append-time')).toEqual({ 0: Number(before[0]) + 1 })
  expect(await tools.consume('segments', 50, '--group reading')).toHaveLength(50)
  const topic = await tools.createTopic(`round-${round}`)
  await tools.produce(topic, ['one', 'two'])
  if (round > 1) {
    await tools.succeed('kafka-topics', `${tools.server} --delete --topic round-${round - 1}`)
    await eventually(async () => expect(await tools.topics()).not.toContain(`round-${round - 1}`))
  }
}
