import { describe, expect, test } from 'vitest'
import { createPartitions } from '../../../src/metadata/controller/create-partitions.ts'
import { deleteTopics } from '../../../src/metadata/controller/delete-topics.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import type { DeleteTopicsRequest } from '../../../src/protocol/messages/delete-topics.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { ControllerFixture, hardState, stateOfImage, uuid } from './controller-fixture.ts'

const manual = { numPartitions: -1, replicationFactor: -1 }

describe('CreateTopics', () => {
  test('a topic, its settings and its partitions are one batch, in this order', async () => {
    const fixture = await ControllerFixture.create()
    const offset = fixture.log.endOffset
    const batches = fixture.log.batches.length
    const configs = [{ name: 'retention.ms', value: '1000' }]
    const created = await fixture.createTopic('t', { numPartitions: 2, configs })
    expect(created).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 })
    expect(fixture.log.batches.length).toBe(batches + 1)
    const { topicId } = created
    const partition = { topicId, replicas: [1], isr: [1], leader: 1, leaderEpoch: 0, partitionEpoch: 0 }
    const directories = [uuid(2001)]
    expect(fixture.recordsFrom(offset)).toMatchObject([
      { name: 'TopicRecord', version: 0, value: { name: 't', topicId } },
      {
        name: 'ConfigRecord',
        value: { resourceType: 2, resourceName: 't', name: 'retention.ms', value: '1000' },
      },
      { name: 'PartitionRecord', version: 2, value: { partitionId: 0, ...partition, directories } },
      { name: 'PartitionRecord', version: 2, value: { partitionId: 1, ...partition, directories } },
    ])
  })

  test('the response tells all settings in force and where they come from', async () => {
    const staticBroker = new Map([['log.segment.bytes', '2048576']])
    const fixture = await ControllerFixture.create({ staticBroker })
    const { configs } = await fixture.createTopic('t', { configs: [{ name: 'retention.ms', value: '5' }] })
    const find = (name: string) => configs?.find(config => config.name === name)
    expect(find('retention.ms')).toMatchObject({ value: '5', configSource: 1 })
    expect(find('segment.bytes')).toMatchObject({ value: '2048576', configSource: 4 })
    expect(find('min.insync.replicas')).toMatchObject({ value: '1', configSource: 3 })
    expect(find('cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 })
  })

  test('what is left out takes the defaults of the configuration', async () => {
    const fixture = await ControllerFixture.create()
    const created = await fixture.createTopic('t', { numPartitions: -1, replicationFactor: -1 })
    expect(created).toMatchObject({ errorCode: 0, numPartitions: 1, replicationFactor: 1 })
  })

  test('validate only says the same and writes nothing', async () => {
    const fixture = await ControllerFixture.create()
    const { endOffset } = fixture.log
    const response = await fixture.createTopics([{ name: 't' }, { name: '' }], { validateOnly: true })
    expect(response.topics).toMatchObject([{ errorCode: 0 }, { errorCode: 17 }])
    expect(fixture.log.endOffset).toBe(endOffset)
  })

  test.each([
    ['an empty name', { name: '' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['a period as its name', { name: '.' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['a space in its name', { name: 'a b' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['a name of 250 characters', { name: 'a'.repeat(250) }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['a name that is taken', { name: 'old.topic' }, ErrorCode.TOPIC_ALREADY_EXISTS],
    ['a name that differs by a period only', { name: 'old_topic' }, ErrorCode.INVALID_TOPIC_EXCEPTION],
    ['the name of the metadata log', { name: '__cluster_metadata' }, ErrorCode.INVALID_REQUEST],
    ['no partitions', { numPartitions: 0 }, ErrorCode.INVALID_PARTITIONS],
    ['-2 partitions', { numPartitions: -2 }, ErrorCode.INVALID_PARTITIONS],
    ['no replicas', { replicationFactor: 0 }, ErrorCode.INVALID_REPLICATION_FACTOR],
    ['more replicas than brokers', { replicationFactor: 3 }, ErrorCode.INVALID_REPLICATION_FACTOR],
    ['20,000 partitions', { numPartitions: 20_000 }, ErrorCode.POLICY_VIOLATION],
    ['an unknown setting', { configs: [{ name: 'nonsense', value: '1' }] }, ErrorCode.INVALID_CONFIG],
    [
      'a setting of a wrong type',
      { configs: [{ name: 'retention.ms', value: 'x' }] },
      ErrorCode.INVALID_CONFIG,
    ],
    ['a setting of null', { configs: [{ name: 'retention.ms', value: null }] }, ErrorCode.INVALID_CONFIG],
    [
      'an assignment beside a partition count',
      { assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
      ErrorCode.INVALID_REQUEST,
    ],
    [
      'an assignment to an unknown broker',
      { ...manual, assignments: [{ partitionIndex: 0, brokerIds: [9] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      'an assignment with a broker twice',
      { ...manual, assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      'an empty assignment',
      { ...manual, assignments: [{ partitionIndex: 0, brokerIds: [] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      'an assignment with a gap',
      { ...manual, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
    [
      'assignments of different lengths',
      {
        ...manual,
        assignments: [
          { partitionIndex: 0, brokerIds: [1] },
          { partitionIndex: 1, brokerIds: [1, 2] },
        ],
      },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    ],
  ])('a topic with %s is refused', async (_what, changes, errorCode) => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    await fixture.createTopic('old.topic')
    const { endOffset } = fixture.log
    const refused = await fixture.createTopic('new', changes)
    expect(refused).toMatchObject({ errorCode, errorMessage: expect.stringMatching(/\w/) })
    expect(fixture.log.endOffset).toBe(endOffset)
  })

  test('a refused topic takes no other with it, and a name given twice is refused', async () => {
    const fixture = await ControllerFixture.create()
    const { topics } = await fixture.createTopics([
      { name: 'good' },
      { name: 'bad', numPartitions: 0 },
      { name: 'twice' },
      { name: 'twice' },
    ])
    expect(topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['good', ErrorCode.NONE],
      ['bad', ErrorCode.INVALID_PARTITIONS],
      ['twice', ErrorCode.INVALID_REQUEST],
    ])
    expect(fixture.machine.replication.topicByName('good')).toBeDefined()
    expect(fixture.machine.replication.topicByName('twice')).toBeUndefined()
  })

  test('no topic is made while every broker is fenced', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [] })
    await fixture.registerBroker(1)
    const refused = await fixture.createTopic('t')
    expect(refused).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
      errorMessage: 'Unable to replicate the partition 1 time(s): All brokers are currently fenced.',
    })
  })

  test('an assignment begins with the replicas that are active in sync', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    await fixture.stopBroker(1)
    const assignments = [{ partitionIndex: 0, brokerIds: [1, 2] }]
    await fixture.createTopic('t', { ...manual, assignments })
    expect(fixture.partition('t', 0)).toMatchObject({ replicas: [1, 2], isr: [2], leader: 2 })
  })
})

describe('DeleteTopics', () => {
  const remove = (fixture: ControllerFixture, request: Partial<DeleteTopicsRequest>) =>
    fixture.host.run(machine =>
      deleteTopics(machine, { topics: [], topicNames: [], timeoutMs: 0, ...request }),
    )

  test('topics go by name, in the old and the new form, and by id', async () => {
    const fixture = await ControllerFixture.create()
    const ids = []
    for (const name of ['a', 'b', 'c']) ids.push((await fixture.createTopic(name)).topicId!)
    const { responses } = await remove(fixture, {
      topics: [
        { name: 'a', topicId: ZERO_UUID },
        { name: null, topicId: ids[1]! },
      ],
      topicNames: ['c'],
    })
    expect(responses).toMatchObject([
      { name: 'a', topicId: ids[0], errorCode: 0 },
      { name: 'b', topicId: ids[1], errorCode: 0 },
      { name: 'c', topicId: ids[2], errorCode: 0 },
    ])
    expect([...fixture.machine.replication.topics()]).toEqual([])
  })

  test('what is not there, named twice or not named at all is refused', async () => {
    const fixture = await ControllerFixture.create()
    const { topicId = '' } = await fixture.createTopic('a')
    const { responses } = await remove(fixture, {
      topics: [
        { name: 'unknown', topicId: ZERO_UUID },
        { name: null, topicId: uuid(5) },
        { name: null, topicId: ZERO_UUID },
        { name: 'a', topicId },
        { name: 'twice', topicId: ZERO_UUID },
        { name: 'twice', topicId: ZERO_UUID },
      ],
    })
    expect(responses.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.UNKNOWN_TOPIC_ID,
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
    ])
    expect(fixture.machine.replication.topicByName('a')).toBeDefined()
  })

  test('a topic named by its name and by its id goes once', async () => {
    const fixture = await ControllerFixture.create()
    const { topicId = '' } = await fixture.createTopic('a')
    const { responses } = await remove(fixture, {
      topics: [
        { name: 'a', topicId: ZERO_UUID },
        { name: null, topicId },
      ],
    })
    expect(responses.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE, ErrorCode.INVALID_REQUEST])
  })

  test('settings go with their topic and a new one of that name has none of them', async () => {
    const fixture = await ControllerFixture.create()
    const first = await fixture.createTopic('a.b', { configs: [{ name: 'retention.ms', value: '5' }] })
    await remove(fixture, { topicNames: ['a.b'] })
    const second = await fixture.createTopic('a.b')
    expect(second.errorCode).toBe(0)
    expect(second.topicId).not.toBe(first.topicId)
    expect(fixture.machine.configs.topicValue('a.b', 'retention.ms')).toBe('604800000')
    expect(stateOfImage(fixture.image())).toMatchObject({ configs: hardState(fixture.machine).configs })
  })
})

describe('CreatePartitions', () => {
  const add = (
    fixture: ControllerFixture,
    topic: { name: string; count: number; assignments?: { brokerIds: number[] }[] | null },
  ) =>
    fixture.host.run((machine, at) =>
      createPartitions(
        machine,
        { topics: [{ assignments: null, ...topic }], timeoutMs: 0, validateOnly: false },
        at,
      ),
    )

  test('partitions are added behind those that are there', async () => {
    const fixture = await ControllerFixture.create()
    await fixture.createTopic('t')
    const { results } = await add(fixture, { name: 't', count: 3 })
    expect(results).toMatchObject([{ name: 't', errorCode: 0 }])
    expect(fixture.machine.replication.topicByName('t')?.partitions).toHaveLength(3)
    expect(fixture.partition('t', 2)).toMatchObject({ replicas: [1], leader: 1, leaderEpoch: 0 })
    expect(fixture.image().topics.topicByName('t')?.partitions).toHaveLength(3)
  })

  test('new partitions may be assigned to brokers', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    await fixture.createTopic('t')
    await add(fixture, { name: 't', count: 3, assignments: [{ brokerIds: [2] }, { brokerIds: [1] }] })
    expect([1, 2].map(index => fixture.partition('t', index)?.replicas)).toEqual([[2], [1]])
  })

  test.each([
    [{ name: 'unknown', count: 3 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    [{ name: 't', count: 2 }, ErrorCode.INVALID_PARTITIONS],
    [{ name: 't', count: 1 }, ErrorCode.INVALID_PARTITIONS],
    [{ name: 't', count: 1_000_000_000 }, ErrorCode.POLICY_VIOLATION],
    [{ name: 't', count: 3, assignments: [] }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    [{ name: 't', count: 3, assignments: [{ brokerIds: [9] }] }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
  ])('%o is refused with error %i', async (topic, errorCode) => {
    const fixture = await ControllerFixture.create()
    await fixture.createTopic('t', { numPartitions: 2 })
    const { results } = await add(fixture, topic)
    expect(results).toMatchObject([{ errorCode }])
    expect(fixture.machine.replication.topicByName('t')?.partitions).toHaveLength(2)
  })
})
