import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { type ClientProgram, type JsonRecord, RECENT_TIMESTAMP_MS, runSteps } from '../client-program.ts'
import { describeWithPython } from '../python-environment.ts'
import { expectedAdminStory, expectGroupStory } from '../stories.ts'
import {
  CONFLUENT_KAFKA,
  confluentKafka,
  NEW_KAFKA_PYTHON,
  newKafkaPython,
  OLD_KAFKA_PYTHON,
  oldKafkaPython,
} from './python-clients.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** kafka-python 2.0.2 has no DeleteRecords: the log still starts at 0. */
const { earliestAfterDeletion: _, ...storyWithoutDeletion } = expectedAdminStory
const oldAdminStory = { ...storyWithoutDeletion, earliest: { '0': 0, '1': 0, '2': 0 } }

const CLIENTS = [
  {
    name: `kafka-python ${OLD_KAFKA_PYTHON}`,
    prepare: oldKafkaPython,
    admin: oldAdminStory,
    formats: ['json', 'msgpack'] as const,
  },
  {
    name: `kafka-python ${NEW_KAFKA_PYTHON}`,
    prepare: newKafkaPython,
    admin: expectedAdminStory,
    formats: ['json', 'msgpack'] as const,
  },
  {
    name: `confluent-kafka ${CONFLUENT_KAFKA}`,
    prepare: confluentKafka,
    admin: expectedAdminStory,
    formats: [],
  },
]

describeWithPython("Python's clients", () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker?.stop())

  describe.each(CLIENTS)('$name', ({ name, prepare, admin, formats }) => {
    const slug = name.replaceAll(/[ .]/g, '-')
    let client: ClientProgram
    beforeAll(async () => {
      client = await prepare()
    })

    test('produces keys, values, headers and timestamps to a topic that the first metadata request makes, and reads them', async () => {
      const topic = `${slug}-first`
      const records: JsonRecord[] = [
        {
          key: base64('k'),
          value: base64('v'),
          headers: [['h', base64('x')]],
          timestamp: RECENT_TIMESTAMP_MS + 1,
        },
        { key: base64('gone'), value: null, headers: [], timestamp: RECENT_TIMESTAMP_MS + 2 },
        { key: null, value: base64('größe'), headers: [], timestamp: RECENT_TIMESTAMP_MS },
      ]
      const [produced, read] = await runSteps(client, broker.bootstrapServers, [
        { do: 'produce', topic, codec: 'none', records },
        { do: 'read', topics: [topic] },
      ])
      expect(produced.offsets).toEqual([0, 1, 2])
      expect(read.records).toEqual(
        records.map((record, offset) => ({ ...record, topic, partition: 0, offset })),
      )
    })

    for (const format of formats) {
      test(`${format} values come back as they went`, async () => {
        const values = [
          { id: 1, name: 'Žižek', tags: ['a', 'b'], nested: { price: 1.5, none: null } },
          [1, -2, 3],
          'text',
          true,
        ]
        const [answer] = await runSteps(client, broker.bootstrapServers, [
          { do: 'typed', topic: `${slug}-${format}`, format, values },
        ])
        expect(answer.values).toEqual(values)
      })
    }

    test('two members of a group share the partitions, and the group goes on where it stopped', async () => {
      const [story] = await runSteps(client, broker.bootstrapServers, [
        { do: 'group', topic: `${slug}-group`, group: `${slug}-members`, partitions: 4 },
      ])
      expectGroupStory(story, 4)
    })

    test('topics, configs, offsets and groups are administered', async () => {
      const [story] = await runSteps(client, broker.bootstrapServers, [
        { do: 'admin', topic: `${slug}-admin`, group: `${slug}-admin-group` },
      ])
      expect(story).toEqual(admin)
    })
  })
})
