import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { type ClientProgram, type JsonRecord, RECENT_TIMESTAMP_MS, runSteps } from '../client-program.ts'
import { expectedAdminStory, expectGroupStory } from '../stories.ts'
import { franzGo } from './go-client.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describeWithTools(['go'], 'franz-go', () => {
  let broker: Broker
  let client: ClientProgram
  beforeAll(async () => {
    client = await franzGo()
    broker = await startBroker()
  })
  afterAll(() => broker?.stop())

  test('produces keys, values, headers and timestamps to a topic that the first metadata request makes, and reads them', async () => {
    const topic = 'go-first'
    const records: JsonRecord[] = [
      {
        key: base64('k'),
        value: base64('v'),
        headers: [['h', base64('x')]],
        timestamp: RECENT_TIMESTAMP_MS + 1,
      },
      { key: base64('gone'), value: null, headers: [['none', null]], timestamp: RECENT_TIMESTAMP_MS + 2 },
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

  test('two members of a group share the partitions, and the group goes on where it stopped', async () => {
    const [story] = await runSteps(client, broker.bootstrapServers, [
      { do: 'group', topic: 'go-group', group: 'go-members', partitions: 4 },
    ])
    expectGroupStory(story, 4)
  })

  test('topics, configs, offsets and groups are administered', async () => {
    const [story] = await runSteps(client, broker.bootstrapServers, [
      { do: 'admin', topic: 'go-admin', group: 'go-admin-group' },
    ])
    expect(story).toEqual(expectedAdminStory)
  })
})
