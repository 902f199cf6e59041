import type { Kafka, Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { removeFolder, temporaryFolder } from '../../harness/temporary-folder.ts'
import { RECENT_TIMESTAMP_MS } from '../client-program.ts'
import { openKafkajs } from '../kafkajs/kafkajs-client.ts'
import { describeWithPython } from '../python-environment.ts'
import { type SparkDriver, startSparkDriver } from './spark-driver.ts'
import { installSpark, type SparkInstallation } from './spark-installation.ts'

/** Kafka clients 2.8.1 and 3.4.1 inside. */
const VERSIONS = ['3.3.1', '3.5.7'] as const

const WAIT = { timeout: 60_000, interval: 50 }
const PARTITIONS = [0, 1] as const
const RECORDS_PER_PARTITION = 10
const CSV_FILES = [['1,pen,1.5', '2,ink,2.0'], ['3,nib,0.25']]

interface Row {
  readonly partition: number
  readonly offset: number
  readonly key?: string | null
  readonly value?: string | null
  readonly header?: string
}

const numbersTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i)

const createTopics = async (kafka: Kafka, topics: readonly string[]): Promise<void> => {
  const admin = kafka.admin()
  await admin.connect()
  const wanted = topics.map(topic => ({ topic, numPartitions: PARTITIONS.length }))
  await admin.createTopics({ topics: wanted, waitForLeaders: false })
  for (const topic of topics) {
    await vi.waitFor(
      async () => expect(await admin.fetchTopicOffsets(topic)).toHaveLength(PARTITIONS.length),
      WAIT,
    )
  }
  await admin.disconnect()
}

/** Record i of a partition has key `k<i>`, value `v<partition>-<i>`, its number as a header, and is i seconds younger. */
const seed = (producer: Producer, topic: string) =>
  producer.send({
    topic,
    messages: PARTITIONS.flatMap(partition =>
      numbersTo(RECORDS_PER_PARTITION).map(i => ({
        partition,
        key: `k${i}`,
        value: `v${partition}-${i}`,
        timestamp: String(RECENT_TIMESTAMP_MS + i * 1000),
        headers: { number: String(i) },
      })),
    ),
  })

describeWithPython('PySpark', () => {
  describeWithTools(['java', 'mvn'], 'on Java', () => {
    let broker: Broker
    let producer: Producer
    beforeAll(async () => {
      broker = await startBroker()
      producer = openKafkajs(broker.bootstrapServers).producer()
      await producer.connect()
    })
    afterAll(async () => {
      await producer?.disconnect()
      await broker?.stop()
    })

    // One driver's start takes some ten seconds, so its tests share it and run in their order.
    describe.each(VERSIONS)('%s', version => {
      const topic = (name: string): string => `spark-${version}-${name}`
      let spark: SparkInstallation
      let folder: string
      let driver: SparkDriver
      const start = (steps: readonly object[]): Promise<SparkDriver> =>
        startSparkDriver(spark, { bootstrap: broker.bootstrapServers, folder, steps })

      beforeAll(async () => {
        spark = await installSpark(version)
        folder = temporaryFolder('spark')
        await createTopics(
          openKafkajs(broker.bootstrapServers),
          ['read', 'written', 'csv', 'followed'].map(topic),
        )
        await seed(producer, topic('read'))
        driver = await start([
          {
            do: 'batch',
            topic: topic('read'),
            from: RECENT_TIMESTAMP_MS + 5_000,
            to: RECENT_TIMESTAMP_MS + 8_000,
          },
          { do: 'write', topic: topic('written') },
          { do: 'memory', topic: topic('read') },
          {
            do: 'streams',
            topic: topic('read'),
            from: RECENT_TIMESTAMP_MS + 7_000,
            pattern: `spark-${version}-(read|written)`,
          },
          { do: 'csv', topic: topic('csv'), files: CSV_FILES },
          { do: 'follow', topic: topic('followed') },
        ])
      })
      afterAll(async () => {
        await driver?.kill()
        if (folder) removeFolder(folder)
      })

      test('a batch query reads between offsets and between times, with headers, in as many tasks as asked for', async () => {
        const rows = (partition: number, { from, to }: { from: number; to: number }): Row[] =>
          numbersTo(to)
            .slice(from)
            .map(offset => ({ partition, offset, key: `k${offset}`, value: `v${partition}-${offset}` }))
        const timed = (partition: number) =>
          [5, 6, 7].map(offset => ({ partition, offset, timestamp: RECENT_TIMESTAMP_MS + offset * 1000 }))
        expect(await driver.nextAnswer()).toEqual({
          between: [...rows(0, { from: 2, to: 5 }), ...rows(1, { from: 0, to: RECORDS_PER_PARTITION })],
          timed: PARTITIONS.flatMap(timed),
          headers: [{ headers: [{ key: 'number', value: '0' }] }],
          tasksSplit: 6,
          countSplit: 2 * RECORDS_PER_PARTITION,
          tasksUnsplit: 2,
        })
      })

      test('a frame is written with its keys, nulls, headers and partitions', async () => {
        const written = (await driver.nextAnswer()) as Row[]
        for (const partition of PARTITIONS) {
          const ofPartition = written.filter(row => row.partition === partition)
          expect(ofPartition.map(row => row.offset)).toEqual(numbersTo(10))
          const expected = numbersTo(20).filter(id => id % 2 === partition)
          const byNumber = ofPartition.map(({ key, value, header }) => ({ key, value, header }))
          byNumber.sort((a, b) => Number(a.header) - Number(b.header))
          expect(byNumber).toEqual(
            expected.map(id => ({ key: `k${id}`, value: id === 7 ? null : `v${id}`, header: String(id) })),
          )
        }
      })

      test('a stream to memory shows what is there and what comes while it runs', async () => {
        const { before, live } = (await driver.nextAnswer()) as { before: number; live: Row[] }
        expect(before).toBe(2 * RECORDS_PER_PARTITION)
        expect(live.map(row => row.offset)).toEqual([10, 11, 12, 13, 14])
        expect(live.map(row => row.value).sort()).toEqual(numbersTo(5).map(i => `live${i}`))
      })

      test('streams start at a time, follow a pattern of topics, and print to the console', async () => {
        const { timed, topics } = (await driver.nextAnswer()) as { timed: Row[]; topics: object[] }
        expect(timed).toEqual([
          ...[7, 8, 9, 10, 11, 12, 13, 14].map(offset => ({ partition: 0, offset })),
          ...[7, 8, 9].map(offset => ({ partition: 1, offset })),
        ])
        expect(topics).toEqual([
          { topic: topic('read'), count: 25 },
          { topic: topic('written'), count: 20 },
        ])
        // The console sink writes from Spark's JVM, the answers come from Python: two writers of one pipe.
        const printed = (): string[] => driver.output().match(/^\|.*\bv\d-\d\|$/gm) ?? []
        await vi.waitFor(
          () => expect(printed(), driver.output()).toHaveLength(2 * RECORDS_PER_PARTITION),
          WAIT,
        )
      })

      test('CSV files go to a topic once each, over two runs with one checkpoint', async () => {
        const rowOf = (line: string): Pick<Row, 'key' | 'value'> => {
          const [id, name, price] = line.split(',')
          return { key: id ?? '', value: `{"id":${id},"name":"${name}","price":${price}}` }
        }
        const runs = (await driver.nextAnswer()) as Row[][]
        const seen = runs.map(run =>
          run.map(({ key, value }) => ({ key, value })).sort((a, b) => Number(a.key) - Number(b.key)),
        )
        expect(seen).toEqual([CSV_FILES.slice(0, 1).flat().map(rowOf), CSV_FILES.flat().map(rowOf)])
      })

      test('a stream to files that is killed twice goes on without loss or repeats', async () => {
        const produced: Row[] = []
        let nextOffset = 0
        const produce = async (perPartition: number): Promise<void> => {
          for (const partition of PARTITIONS) {
            const rows = numbersTo(perPartition).map(i => {
              const offset = nextOffset + i
              return { partition, offset, value: `f${partition}-${offset}` }
            })
            const messages = rows.map(({ value }) => ({ partition, value }))
            const [result] = await producer.send({ topic: topic('followed'), messages })
            expect(Number(result?.baseOffset)).toBe(nextOffset)
            produced.push(...rows)
          }
          nextOffset += perPartition
        }
        const untilBatch = async (wanted: number): Promise<void> => {
          while (((await driver.nextAnswer()) as { batch: number }).batch < wanted);
        }
        await produce(200)
        await untilBatch(2)
        await driver.kill()

        await produce(50)
        driver = await start([{ do: 'follow', topic: topic('followed') }])
        await untilBatch(5)
        await driver.kill()

        await produce(50)
        driver = await start([{ do: 'finish', topic: topic('followed') }])
        const inFiles = await driver.nextAnswer()
        expect(inFiles).toEqual(produced.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset))
        expect((await driver.end).code).toBe(0)
      })
    })
  })
})
