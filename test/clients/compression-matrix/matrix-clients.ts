import { join } from 'node:path'
import { oracleJars } from '../../harness/broker.ts'
import { type ClientProgram, type JsonReadRecord, type JsonRecord, runSteps } from '../client-program.ts'
import { franzGo } from '../go/go-client.ts'
import { openKafkajs, produceWithKafkajs, readWithKafkajs } from '../kafkajs/kafkajs-client.ts'
import {
  CONFLUENT_KAFKA,
  confluentKafka,
  NEW_KAFKA_PYTHON,
  newKafkaPython,
  OLD_KAFKA_PYTHON,
  oldKafkaPython,
} from '../python/python-clients.ts'

interface TopicToProduce {
  readonly topic: string
  readonly codec: string
  readonly records: readonly JsonRecord[]
}

export interface MatrixClient {
  readonly name: string
  /** Whether its producer takes a header without a value; kafka-python and kafkajs refuse it themselves. */
  readonly nullHeader: boolean
  produce(bootstrap: string, topics: readonly TopicToProduce[]): Promise<void>
  read(
    bootstrap: string,
    { topics, count }: { topics: readonly string[]; count: number },
  ): Promise<readonly JsonReadRecord[]>
}

const javaClient = async (): Promise<ClientProgram> => ({
  command: 'java',
  args: [
    ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', (await oracleJars()).classPath],
    join(import.meta.dirname, 'MatrixClient.java'),
  ],
})

const programClient = ({
  name,
  nullHeader,
  prepare,
}: {
  name: string
  nullHeader: boolean
  prepare: () => Promise<ClientProgram>
}): MatrixClient => ({
  name,
  nullHeader,
  produce: async (bootstrap, topics) => {
    await runSteps(
      await prepare(),
      bootstrap,
      topics.map(topic => ({ do: 'produce', ...topic }) as const),
    )
  },
  read: async (bootstrap, { topics }) => {
    const [answer] = await runSteps(await prepare(), bootstrap, [{ do: 'read', topics }])
    return answer.records
  },
})

const kafkajsClient: MatrixClient = {
  name: 'kafkajs 2.2.4',
  nullHeader: false,
  produce: async (bootstrap, topics) => {
    const kafka = openKafkajs(bootstrap)
    for (const topic of topics) await produceWithKafkajs(kafka, topic)
  },
  read: (bootstrap, { topics, count }) =>
    readWithKafkajs(openKafkajs(bootstrap), { topics, group: 'compression-matrix', count }),
}

/** Every client of the matrix has all five codecs, kafkajs three of them by plug-ins. */
export const MATRIX_CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

export const MATRIX_CLIENTS: readonly MatrixClient[] = [
  programClient({ name: 'Java 4.3.1', nullHeader: true, prepare: javaClient }),
  programClient({ name: `kafka-python ${OLD_KAFKA_PYTHON}`, nullHeader: false, prepare: oldKafkaPython }),
  programClient({ name: `kafka-python ${NEW_KAFKA_PYTHON}`, nullHeader: false, prepare: newKafkaPython }),
  programClient({ name: `confluent-kafka ${CONFLUENT_KAFKA}`, nullHeader: true, prepare: confluentKafka }),
  programClient({ name: 'franz-go', nullHeader: true, prepare: franzGo }),
  kafkajsClient,
]
