import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { temporaryFolder } from '../../harness/temporary-folder.ts'
import { lines, type ReleaseTools, type Scenario } from './scenario.ts'

/** The options of a console producer that is given `key:value`. */
const keyed = ({ release: { readerOption } }: ReleaseTools): string =>
  `${readerOption} parse.key=true ${readerOption} key.separator=:`

/** `kafka-delete-records` with one partition of one topic. */
const deleteRecords = async (
  tools: ReleaseTools,
  topic: string,
  { partition, before }: { partition: number; before: number },
): Promise<string> => {
  const folder = temporaryFolder('delete-records')
  const file = join(folder, 'offsets.json')
  writeFileSync(file, JSON.stringify({ version: 1, partitions: [{ topic, partition, offset: before }] }))
  return tools.succeed('kafka-delete-records', `${tools.server} --offset-json-file ${file}`)
}

interface LogDirs {
  readonly brokers: readonly {
    readonly broker: number
    readonly logDirs: readonly {
      readonly logDir: string
      readonly error: string | null
      readonly partitions: readonly {
        readonly partition: string
        readonly size: number
        readonly offsetLag: number
        readonly isFuture: boolean
      }[]
    }[]
  }[]
}

/** The bytes of a partition's segments on disk. */
const segmentBytes = (folder: string): number =>
  readdirSync(folder)
    .filter(name => name.endsWith('.log'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

export const recordScenarios: readonly Scenario[] = [
  {
    name: 'the console consumer reads from the beginning what the console producer sent, with every codec and acks',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer', 'kafka-get-offsets'],
    run: async tools => {
      const sent: string[] = []
      const topic = await tools.createTopic(tools.name('records'))
      for (const option of tools.release.producerServerOptions) {
        for (const [index, codec] of codecs.entries()) {
          const acks = ['all', '1', '0'][index % 3]
          const values = Array.from(
            { length: 20 },
            (_, i) => `${option} ${codec} ${acks} ${'text '.repeat(40)} ${i}`,
          )
          const args = `${option} ${tools.broker.bootstrapServers} --topic ${topic} --compression-codec ${codec}`
          const input = values.map(value => `${value}\n`).join('')
          await tools.succeed('kafka-console-producer', `${args} --request-required-acks ${acks}`, input)
          sent.push(...values)
        }
      }
      expect(await tools.consume(topic, sent.length)).toEqual(sent)
      expect(await tools.offsets(topic)).toEqual({ 0: sent.length })
    },
  },
  {
    name: 'the console producer waits for each record when told so',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('synchronous'))
      await tools.produce(topic, ['one'], '--sync --request-required-acks all')
      expect(await tools.consume(topic, 1)).toEqual(['one'])
    },
  },
  {
    name: 'keys go with their records, and records of one key stay in order',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('keys'), '--partitions 3 --replication-factor 1')
      const sent = Array.from({ length: 60 }, (_, i) => `key${i % 7}:value${i}`)
      const { readerOption, formatterOption } = tools.release
      await tools.produce(topic, sent, `${readerOption} parse.key=true ${readerOption} key.separator=:`)
      const printed = await tools.consume(
        topic,
        sent.length,
        `--from-beginning ${formatterOption} print.key=true ${formatterOption} key.separator=:`,
      )
      expect(printed.toSorted()).toEqual(sent.toSorted())
      const ofKey = (records: readonly string[], key: string) =>
        records.filter(line => line.startsWith(`${key}:`))
      for (let i = 0; i < 7; i++) expect(ofKey(printed, `key${i}`)).toEqual(ofKey(sent, `key${i}`))
    },
  },
  {
    name: 'headers, timestamps, partitions and offsets come back with their records',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('headers'))
      const { readerOption, formatterOption } = tools.release
      const startMs = Date.now()
      await tools.produce(
        topic,
        ['color:red,size:XL\tkey1\tvalue1', 'empty:\tkey2\tvalue2'],
        `${readerOption} parse.headers=true ${readerOption} parse.key=true`,
      )
      const fields = ['print.headers', 'print.timestamp', 'print.partition', 'print.offset', 'print.key']
      const printed = await tools.consume(
        topic,
        2,
        `--from-beginning ${fields.map(field => `${formatterOption} ${field}=true`).join(' ')}`,
      )
      const parts = printed.map(line => line.split('\t'))
      expect(parts.map(([, ...rest]) => rest)).toEqual([
        ['Partition:0', 'Offset:0', 'color:red,size:XL', 'key1', 'value1'],
        ['Partition:0', 'Offset:1', 'empty:', 'key2', 'value2'],
      ])
      for (const [timestamp = ''] of parts) {
        const timeMs = Number(/^CreateTime:(\d+)$/.exec(timestamp)?.[1])
        expect(timeMs).toBeGreaterThanOrEqual(startMs)
        expect(timeMs).toBeLessThanOrEqual(Date.now())
      }
    },
  },
  {
    name: 'the console consumer prints a timestamp of the broker where the topic says so',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    run: async tools => {
      const topic = await tools.createTopic(
        tools.name('append-time'),
        '--partitions 1 --replication-factor 1 --config message.timestamp.type=LogAppendTime',
      )
      await tools.produce(topic, ['one'])
      const option = `${tools.release.formatterOption} print.timestamp=true`
      const [line = ''] = await tools.consume(topic, 1, `--from-beginning ${option}`)
      expect(line).toMatch(/^LogAppendTime:\d{13}\tone$/)
    },
  },
  {
    name: 'the console consumer reads one partition from an offset on',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('from-offset'))
      await tools.produce(topic, ['zero', 'one', 'two', 'three'])
      expect(await tools.consume(topic, 2, '--partition 0 --offset 1')).toEqual(['one', 'two'])
    },
  },
  {
    name: 'the console consumer reads committed records only when told so',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('committed'))
      await tools.produce(topic, ['one', 'two'])
      const args = '--from-beginning --isolation-level read_committed'
      expect(await tools.consume(topic, 2, args)).toEqual(['one', 'two'])
    },
  },
  {
    name: 'the console producer creates a topic that is not there',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer'],
    run: async tools => {
      const topic = tools.name('automatic')
      await tools.produce(topic, ['one'])
      expect(await tools.consume(topic, 1)).toEqual(['one'])
      expect(await tools.topics()).toContain(topic)
    },
  },
  {
    name: 'kafka-get-offsets prints the end, the start and the offset of a time, per partition',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-get-offsets'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('offsets'), '--partitions 2 --replication-factor 1')
      const startMs = Date.now()
      await tools.produce(topic, ['a:1', 'a:2', 'a:3'], keyed(tools))
      const end = await tools.offsets(topic)
      expect(Object.values(end).toSorted()).toEqual([0, 3])
      expect(await tools.offsets(topic, '--time -2')).toEqual({ 0: 0, 1: 0 })
      const filled = end[0] === 3 ? 0 : 1
      expect((await tools.offsets(topic, `--time ${startMs}`))[filled]).toBe(0)
      expect(await tools.offsets(topic, `--time -1 --partitions ${filled}`)).toEqual({ [filled]: 3 })
    },
  },
  {
    name: 'kafka-get-offsets prints the offset of the newest timestamp, and the offsets of all topics',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-get-offsets'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('newest'))
      // One by one: of equal timestamps the first would count.
      for (const value of ['a', 'b', 'c']) await tools.produce(topic, [value])
      expect(await tools.offsets(topic, '--time max-timestamp')).toEqual({ 0: 2 })
      expect(await tools.offsets(topic, '--time latest')).toEqual({ 0: 3 })
      expect(await tools.offsets(topic, '--time earliest')).toEqual({ 0: 0 })
      const all = lines(await tools.succeed('kafka-get-offsets', tools.server))
      expect(all).toContain(`${topic}:0:3`)
    },
  },
  {
    name: 'kafka-get-offsets prints the earliest local offset',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-get-offsets'],
    since: '4.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('local'))
      await tools.produce(topic, ['a', 'b'])
      expect(await tools.offsets(topic, '--time earliest-local')).toEqual({ 0: 0 })
    },
  },
  {
    name: 'kafka-delete-records moves the start of a partition, and readers begin there',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-console-consumer', 'kafka-delete-records'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('trimmed'))
      await tools.produce(topic, ['zero', 'one', 'two', 'three'])
      expect(await deleteRecords(tools, topic, { partition: 0, before: 2 })).toContain(
        `partition: ${topic}-0\tlow_watermark: 2`,
      )
      expect(await tools.offsets(topic, '--time -2')).toEqual({ 0: 2 })
      expect(await tools.consume(topic, 2)).toEqual(['two', 'three'])
      expect(await deleteRecords(tools, topic, { partition: 0, before: -1 })).toContain('low_watermark: 4')
      expect(await tools.offsets(topic, '--time -2')).toEqual({ 0: 4 })
    },
  },
  {
    name: 'kafka-delete-records is refused an offset behind the end',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-delete-records'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('untrimmed'))
      await tools.produce(topic, ['zero'])
      expect(await deleteRecords(tools, topic, { partition: 0, before: 2 })).toMatch(/OffsetOutOfRange/)
      expect(await tools.offsets(topic, '--time -2')).toEqual({ 0: 0 })
    },
  },
  {
    name: 'kafka-log-dirs prints the directory and the size on disk of each partition',
    tools: ['kafka-topics', 'kafka-console-producer', 'kafka-log-dirs'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('sized'), '--partitions 2 --replication-factor 1')
      await tools.produce(topic, ['a:one', 'a:two'], keyed(tools))
      const text = await tools.succeed(
        'kafka-log-dirs',
        `${tools.server} --describe --broker-list 1 --topic-list ${topic}`,
      )
      const { brokers } = JSON.parse(lines(text).at(-1) ?? '') as LogDirs
      expect(brokers.map(({ broker }) => broker)).toEqual([1])
      const [directory] = brokers[0]?.logDirs ?? []
      expect(directory).toMatchObject({ logDir: tools.broker.dataDirectory, error: null })
      const partitions = directory?.partitions.toSorted((a, b) => a.partition.localeCompare(b.partition))
      const sizeOf = (partition: number) =>
        segmentBytes(join(tools.broker.dataDirectory, `${topic}-${partition}`))
      expect(partitions).toEqual(
        [0, 1].map(partition => ({
          partition: `${topic}-${partition}`,
          size: sizeOf(partition),
          offsetLag: 0,
          isFuture: false,
        })),
      )
      expect(sizeOf(0) + sizeOf(1)).toBeGreaterThan(0)
    },
  },
]
