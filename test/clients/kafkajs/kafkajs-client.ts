import kafkajs, { type IHeaders, type Kafka, type KafkaMessage, type Message } from 'kafkajs'
import type { JsonReadRecord, JsonRecord } from '../client-program.ts'
import { registerKafkajsCodecs } from './kafkajs-codecs.ts'

const { CompressionTypes, logLevel } = kafkajs

export const openKafkajs = (bootstrap: string): Kafka => {
  registerKafkajsCodecs()
  return new kafkajs.Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING })
}

const READ_TIMEOUT_MS = 60_000

const CODECS: Readonly<Record<string, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

const decode = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'))

const encode = (data: Buffer | string | null | undefined): string | null =>
  data === null || data === undefined ? null : Buffer.from(data).toString('base64')

/** kafkajs has headers as an object: a name that comes more than once has a list. */
const toMessage = ({ key, value, headers, timestamp }: JsonRecord): Message => {
  const named: Record<string, Buffer[]> = {}
  for (const [name, content] of headers) {
    if (content === null) throw new Error('kafkajs cannot send a header without a value')
    named[name] = [...(named[name] ?? []), Buffer.from(content, 'base64')]
  }
  return { key: decode(key), value: decode(value), headers: named, timestamp: String(timestamp) }
}

const fromHeaders = (headers: IHeaders | undefined): [string, string | null][] =>
  Object.entries(headers ?? {}).flatMap(([name, content]) =>
    Array.isArray(content)
      ? content.map((each): [string, string | null] => [name, encode(each)])
      : [[name, encode(content)] as [string, string | null]],
  )

const fromMessage = (
  { topic, partition }: { topic: string; partition: number },
  message: KafkaMessage,
): JsonReadRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  timestamp: Number(message.timestamp),
  key: encode(message.key),
  value: encode(message.value),
  headers: fromHeaders(message.headers),
})

/** Sends the records in one batch and gives the offset of its first. */
export const produceWithKafkajs = async (
  kafka: Kafka,
  { topic, codec, records }: { topic: string; codec: string; records: readonly JsonRecord[] },
): Promise<number> => {
  const compression = CODECS[codec]
  if (compression === undefined) throw new Error(`unknown codec '${codec}'`)
  const producer = kafka.producer()
  await producer.connect()
  const [result] = await producer.send({ topic, compression, acks: -1, messages: records.map(toMessage) })
  await producer.disconnect()
  return Number(result?.baseOffset)
}

/** Reads so many records from the beginning, as the only member of a group. */
export const readWithKafkajs = async (
  kafka: Kafka,
  { topics, group, count }: { topics: readonly string[]; group: string; count: number },
): Promise<JsonReadRecord[]> => {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 })
  const records: JsonReadRecord[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`kafkajs read ${records.length} of ${count} records in ${READ_TIMEOUT_MS} ms`))
      }, READ_TIMEOUT_MS)
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      consumer
        .run({
          eachMessage: async ({ topic, partition, message }) => {
            records.push(fromMessage({ topic, partition }, message))
            if (records.length >= count) resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    clearTimeout(timer)
    await consumer.disconnect()
  }
  return records
}
