import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ErrorCode } from '../../src/protocol/error-code.ts'
import { createTopicsApi } from '../../src/protocol/messages/create-topics.ts'
import { fetchApi } from '../../src/protocol/messages/fetch.ts'
import { produceApi } from '../../src/protocol/messages/produce.ts'
import { parseBatches } from '../../src/protocol/records/batch-parser.ts'
import { readRecords } from '../../src/protocol/records/record.ts'
import { readBaseOffset } from '../../src/protocol/records/record-batch.ts'
import { buildRecordBatch } from '../../src/protocol/records/record-batch-builder.ts'
import { type Broker, type BrokerPorts, startBroker } from '../harness/broker.ts'
import { removeFolder, temporaryFolder } from '../harness/temporary-folder.ts'
import { WireClient } from '../harness/wire-client.ts'

const TOPIC = 'torn'
const BATCHES = 60
const TAIL_BYTES = 4096
/** Of each kind of damage, spread over the last bytes of the segment. */
const STARTS_PER_KIND = 10

/** What the end of a file may look like after a power cut. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer, position: number) => Buffer>> = {
  'cut off': (bytes, position) => bytes.subarray(0, position),
  'filled with zeroes': (bytes, position) => Buffer.from(bytes).fill(0, position),
  'replaced by noise': (bytes, position) => {
    const damaged = Buffer.from(bytes)
    for (let i = position; i < damaged.length; i++)
      damaged[i] = (Math.imul(i + 1, 2_654_435_761) >>> 24) ^ 0x5a
    return damaged
  },
}

let original: string
let segment: Buffer
let ports: BrokerPorts

const createTopic = async (client: WireClient) => {
  const topic = { name: TOPIC, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  const { topics } = await client.request(createTopicsApi, 7, { topics: [topic] })
  expect(topics[0]?.errorCode).toBe(ErrorCode.NONE)
}

/** One record of the given value; resolves to its offset. */
const produce = async (client: WireClient, value: string): Promise<number> => {
  const records = buildRecordBatch([{ value: Buffer.from(value), timestamp: Date.now() }])
  const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records }] }]
  const { responses } = await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData,
  })
  const [answer] = responses[0]?.partitionResponses ?? []
  expect(answer?.errorCode).toBe(ErrorCode.NONE)
  return answer?.baseOffset ?? -1
}

/** Every value of the partition, each at its offset. */
const readAll = async (client: WireClient): Promise<string[]> => {
  const values: string[] = []
  for (;;) {
    const partitions = [{ partition: 0, fetchOffset: values.length, partitionMaxBytes: 1_000_000 }]
    const topics = [{ topic: TOPIC, partitions }]
    const request = { replicaId: -1, maxWaitMs: 0, minBytes: 0, topics, forgottenTopicsData: [] }
    const { responses } = await client.request(fetchApi, 11, request)
    const [answer] = responses[0]?.partitions ?? []
    expect(answer?.errorCode).toBe(ErrorCode.NONE)
    const before = values.length
    const records = answer?.records ?? Buffer.alloc(0)
    parseBatches(records, {
      onBatch(buffer, position) {
        expect(readBaseOffset(buffer, position)).toBe(values.length)
        for (const { value } of readRecords(buffer, position)) values.push(String(value))
        return 'continue'
      },
    })
    if (values.length === before) return values
  }
}

const lastSegmentOf = (dataDirectory: string): string => {
  const folder = join(dataDirectory, `${TOPIC}-0`)
  const name = readdirSync(folder)
    .filter(file => file.endsWith('.log'))
    .sort()
    .at(-1) as string
  return join(folder, name)
}

/** How many batches the damage has left as they were: it may change a byte into what it was. */
const unharmedBatches = (damaged: Buffer): number => {
  let position = 0
  while (position < damaged.length && damaged[position] === segment[position]) position++
  let count = 0
  parseBatches(segment, {
    onBatch(_buffer, start, sizeBytes) {
      if (start + sizeBytes > position) return 'stop'
      count++
      return 'continue'
    },
  })
  return count
}

beforeAll(async () => {
  original = temporaryFolder('torn')
  const broker = await startBroker({ dataDirectory: original })
  ports = broker.ports
  const client = await WireClient.open(ports.broker)
  await createTopic(client)
  for (let i = 0; i < BATCHES; i++) await produce(client, `value ${i} ${'x'.repeat(100)}`)
  client.close()
  await broker.kill()
  segment = readFileSync(lastSegmentOf(original))
})

afterAll(() => removeFolder(original))

describe.each(Object.entries(DAMAGES))('a broker whose last segment was %s', (_name, damage) => {
  const steps = Array.from({ length: STARTS_PER_KIND }, (_, i) => i)

  it.each(steps)('serves the longest valid prefix and goes on behind it, place %i', async step => {
    const span = Math.min(TAIL_BYTES, segment.length - 1)
    const position = segment.length - 1 - Math.floor((step * span) / STARTS_PER_KIND)
    const dataDirectory = temporaryFolder('torn-copy')
    cpSync(original, dataDirectory, { recursive: true })
    const damaged = damage(segment, position)
    writeFileSync(lastSegmentOf(dataDirectory), damaged)
    rmSync(join(dataDirectory, '.lock'), { force: true })
    let broker: Broker | undefined
    try {
      broker = await startBroker({ dataDirectory, ports })
      const client = await WireClient.open(ports.broker)
      const survivors = unharmedBatches(damaged)
      const values = await readAll(client)
      expect(values).toHaveLength(survivors)
      for (const [i, value] of values.entries()) expect(value.startsWith(`value ${i} `)).toBe(true)
      expect(await produce(client, 'and on')).toBe(survivors)
      client.close()
    } finally {
      await broker?.stop()
      removeFolder(dataDirectory)
    }
  })
})
