import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { type JsonRecord, RECENT_TIMESTAMP_MS } from '../client-program.ts'
import { roundValues } from '../stories.ts'
import { type GroupMember, joinGroup } from './group-member.ts'
import { openKafkajs, produceWithKafkajs, readWithKafkajs } from './kafkajs-client.ts'

const { ConfigResourceTypes } = kafkajs

const WAIT = { timeout: 60_000, interval: 20 }
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('kafkajs 2.2.4', () => {
  let broker: Broker
  let kafka: Kafka
  let admin: Admin
  beforeAll(async () => {
    broker = await startBroker()
    kafka = openKafkajs(broker.bootstrapServers)
    admin = kafka.admin()
    await admin.connect()
  })
  afterAll(async () => {
    await admin?.disconnect()
    await broker?.stop()
  })

  /** kafkajs's own wait for leaders gives up when a broker does not know the topic yet, which Kafka allows. */
  const listed = async (topic: string): Promise<void> =>
    vi.waitFor(async () => expect(await admin.listTopics()).toContain(topic), WAIT)
  const createTopic = async (topic: string, numPartitions: number): Promise<void> => {
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: false })
    await listed(topic)
    // Each partition's leader answers: kafkajs sends all again, and so twice, when one partition of a request fails.
    await vi.waitFor(
      async () => expect(await admin.fetchTopicOffsets(topic)).toHaveLength(numPartitions),
      WAIT,
    )
  }

  test('produces keys, values, headers and timestamps to a topic that the first metadata request makes, and reads them', async () => {
    const topic = 'kafkajs-first'
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
    expect(await produceWithKafkajs(kafka, { topic, codec: 'none', records })).toBe(0)
    const read = await readWithKafkajs(kafka, { topics: [topic], group: 'kafkajs-reader', count: 3 })
    expect(read).toEqual(records.map((record, offset) => ({ ...record, topic, partition: 0, offset })))
  })

  test('a producer with acks 0, 1 and all, and an idempotent one, write in the order of their sends', async () => {
    const topic = 'kafkajs-acks'
    await createTopic(topic, 1)
    const plain = kafka.producer()
    await plain.connect()
    for (const acks of [1, -1, 0]) await plain.send({ topic, acks, messages: [{ value: `acks ${acks}` }] })
    await vi.waitFor(async () => expect((await admin.fetchTopicOffsets(topic))[0]?.offset).toBe('3'), WAIT)
    await plain.disconnect()
    const idempotent = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await idempotent.connect()
    for (let i = 0; i < 10; i++) await idempotent.send({ topic, messages: [{ value: `idempotent ${i}` }] })
    await idempotent.disconnect()
    const read = await readWithKafkajs(kafka, { topics: [topic], group: 'kafkajs-acks-reader', count: 13 })
    expect(read.map(record => Buffer.from(record.value ?? '', 'base64').toString())).toEqual([
      ...['acks 1', 'acks -1', 'acks 0'],
      ...Array.from({ length: 10 }, (_, i) => `idempotent ${i}`),
    ])
  })

  test('two members of a group share the partitions, and the group goes on where it stopped', async () => {
    const topic = 'kafkajs-group'
    const all = [0, 1, 2, 3]
    await createTopic(topic, all.length)
    const producer = kafka.producer()
    await producer.connect()
    const round = async (name: string, members: readonly GroupMember[], counts: readonly number[]) => {
      await vi.waitFor(() => expect(members.map(member => member.partitions.length)).toEqual(counts), WAIT)
      const messages = all.flatMap(partition =>
        roundValues(name, [partition]).map(value => ({ partition, value })),
      )
      await producer.send({ topic, messages })
      const received = (): number => members.reduce((sum, member) => sum + member.received, 0)
      await vi.waitFor(() => expect(received()).toBeGreaterThanOrEqual(messages.length), WAIT)
    }

    const first = await joinGroup(kafka, { topic, group: 'kafkajs-members' })
    await round('alone', [first], [4])
    expect(first.take()).toEqual(roundValues('alone', all))

    const second = await joinGroup(kafka, { topic, group: 'kafkajs-members' })
    await round('shared', [first, second], [2, 2])
    expect([...first.partitions, ...second.partitions].sort()).toEqual(all)
    for (const member of [first, second])
      expect(member.take()).toEqual(roundValues('shared', member.partitions))

    await second.stop()
    await round('left', [first], [4])
    expect(first.take()).toEqual(roundValues('left', all))
    await first.stop()

    const third = await joinGroup(kafka, { topic, group: 'kafkajs-members' })
    await round('resumed', [third], [4])
    expect(third.take()).toEqual(roundValues('resumed', all))
    await third.stop()
    await producer.disconnect()
  })

  describe('administers', () => {
    test('the cluster: one broker, which is the controller', async () => {
      const cluster = await admin.describeCluster()
      const [host, port] = broker.bootstrapServers.split(':')
      expect(cluster.brokers).toEqual([{ nodeId: 1, host, port: Number(port) }])
      expect(cluster.controller).toBe(1)
      expect(cluster.clusterId).toMatch(/^[\w-]{22}$/)
    })

    test('topics: created, listed, described, grown and deleted', async () => {
      const topic = 'kafkajs-topics'
      const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
      const wanted = { topics: [{ topic, numPartitions: 2, configEntries }], waitForLeaders: false }
      expect(await admin.createTopics({ ...wanted, validateOnly: true })).toBe(true)
      expect(await admin.listTopics()).not.toContain(topic)
      expect(await admin.createTopics(wanted)).toBe(true)
      expect(await admin.createTopics(wanted)).toBe(false)
      await listed(topic)
      const partitions = async () =>
        (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions
      expect(await partitions()).toMatchObject([
        { partitionId: 0, leader: 1, replicas: [1], isr: [1], partitionErrorCode: 0 },
        { partitionId: 1, leader: 1, replicas: [1], isr: [1], partitionErrorCode: 0 },
      ])
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
      await vi.waitFor(async () => expect(await partitions()).toHaveLength(3), WAIT)
      await admin.deleteTopics({ topics: [topic] })
      await vi.waitFor(async () => expect(await admin.listTopics()).not.toContain(topic), WAIT)
    })

    test('configs: described with their sources, altered, and set back', async () => {
      const topic = 'kafkajs-configs'
      await createTopic(topic, 1)
      const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
      const describeRetention = async () => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ ...resource, configNames: ['retention.ms'] }],
        })
        return resources[0]?.configEntries[0]
      }
      const entry = { configName: 'retention.ms', readOnly: false, isSensitive: false }
      expect(await describeRetention()).toMatchObject({ ...entry, configValue: '604800000', isDefault: true })
      const alter = (configEntries: { name: string; value: string }[]) =>
        admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
      await alter([{ name: 'retention.ms', value: '3600000' }])
      await vi.waitFor(async () => expect((await describeRetention())?.configValue).toBe('3600000'), WAIT)
      await expect(alter([{ name: 'retention.ms', value: 'soon' }])).rejects.toThrow(/config/i)
      await alter([])
      await vi.waitFor(async () => expect((await describeRetention())?.configValue).toBe('604800000'), WAIT)
      const brokers = await admin.describeConfigs({
        includeSynonyms: true,
        resources: [{ type: ConfigResourceTypes.BROKER, name: '1' }],
      })
      const names = brokers.resources[0]?.configEntries.map(({ configName }) => configName)
      expect(names).toEqual(
        expect.arrayContaining(['log.dirs', 'num.partitions', 'auto.create.topics.enable']),
      )
    })

    test('offsets: of a log, by time, and after a deletion of records', async () => {
      const topic = 'kafkajs-offsets'
      await createTopic(topic, 1)
      const producer = kafka.producer()
      await producer.connect()
      for (let i = 0; i < 5; i++) {
        await producer.send({
          topic,
          messages: [{ value: String(i), timestamp: String(RECENT_TIMESTAMP_MS + i * 1000) }],
        })
      }
      await producer.disconnect()
      expect(await admin.fetchTopicOffsets(topic)).toEqual([
        { partition: 0, offset: '5', high: '5', low: '0' },
      ])
      expect(await admin.fetchTopicOffsetsByTimestamp(topic, RECENT_TIMESTAMP_MS + 2_500)).toEqual([
        { partition: 0, offset: '3' },
      ])
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
      expect(await admin.fetchTopicOffsets(topic)).toEqual([
        { partition: 0, offset: '5', high: '5', low: '2' },
      ])
    })

    test('groups: listed, described, their offsets set and reset, deleted', async () => {
      const topic = 'kafkajs-admin-groups'
      const group = 'kafkajs-admin-group'
      await createTopic(topic, 2)
      const producer = kafka.producer()
      await producer.connect()
      const messages = [0, 1].flatMap(partition =>
        Array.from({ length: 8 }, () => ({ partition, value: 'x' })),
      )
      await producer.send({ topic, messages })
      await producer.disconnect()
      const member = await joinGroup(kafka, { topic, group })
      await vi.waitFor(() => expect(member.partitions).toEqual([0, 1]), WAIT)
      await vi.waitFor(() => expect(member.received).toBe(messages.length), WAIT)
      expect((await admin.listGroups()).groups).toContainEqual({ groupId: group, protocolType: 'consumer' })
      const described = (await admin.describeGroups([group])).groups[0]
      expect(described).toMatchObject({
        errorCode: 0,
        groupId: group,
        protocolType: 'consumer',
        state: 'Stable',
      })
      expect(described?.members).toHaveLength(1)
      expect(described?.members[0]?.clientHost).toBe('/127.0.0.1')
      await expect(admin.deleteGroups([group])).rejects.toMatchObject({
        groups: [{ groupId: group, errorCode: 68 }],
      })
      await member.stop()

      const committed = async () =>
        (await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0]?.partitions.map(
          ({ offset }) => offset,
        )
      await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '7' }] })
      expect(await committed()).toEqual(['7', '8'])
      // kafkajs commits the sentinel of ListOffsets itself, and a broker keeps it.
      await admin.resetOffsets({ groupId: group, topic, earliest: true })
      expect(await committed()).toEqual(['-2', '-2'])
      await admin.deleteGroups([group])
      expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).not.toContain(group)
    })
  })
})
