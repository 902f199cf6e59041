import { join } from 'node:path'
import type { ClientProgram } from '../client-program.ts'
import { pythonEnvironment } from '../python-environment.ts'

const CODECS = ['python-snappy==0.7.3', 'lz4==4.4.5', 'zstandard==0.25.0']
const MSGPACK = 'msgpack==1.2.4'

/** The release that many installations have kept. */
export const OLD_KAFKA_PYTHON = '2.0.2'
export const NEW_KAFKA_PYTHON = '3.0.12'
export const CONFLUENT_KAFKA = '2.16.1'

const script = (name: string): string => join(import.meta.dirname, name)

export const oldKafkaPython = async (): Promise<ClientProgram> => ({
  command: await pythonEnvironment({
    name: 'kafka-python-old',
    packages: [`kafka-python==${OLD_KAFKA_PYTHON}`, MSGPACK, ...CODECS],
  }),
  args: [script('kafka_python_client.py')],
})

/** The newest kafka-python and confluent-kafka live in one environment. */
const newClients = (): Promise<string> =>
  pythonEnvironment({
    name: 'clients',
    packages: [
      `kafka-python==${NEW_KAFKA_PYTHON}`,
      `confluent-kafka==${CONFLUENT_KAFKA}`,
      MSGPACK,
      ...CODECS,
    ],
  })

export const newKafkaPython = async (): Promise<ClientProgram> => ({
  command: await newClients(),
  args: [script('kafka_python_client.py')],
})

export const confluentKafka = async (): Promise<ClientProgram> => ({
  command: await newClients(),
  args: [script('confluent_client.py')],
})
