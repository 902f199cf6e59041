import { describe, expect, it } from 'vitest'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { deleteRecordsApi } from '../../../src/protocol/messages/delete-records.ts'
import { describeLogDirsApi } from '../../../src/protocol/messages/describe-log-dirs.ts'
import { describeProducersApi } from '../../../src/protocol/messages/describe-producers.ts'
import { fetchApi } from '../../../src/protocol/messages/fetch.ts'
import { listOffsetsApi } from '../../../src/protocol/messages/list-offsets.ts'
import { offsetForLeaderEpochApi } from '../../../src/protocol/messages/offset-for-leader-epoch.ts'
import { produceApi } from '../../../src/protocol/messages/produce.ts'
import { buildRecordBatch } from '../../../src/protocol/records/record-batch-builder.ts'
import type { RequestInputOf } from '../../../src/protocol/schema.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { splitBatches } from '../log/log-fixture.ts'
import { batchOf, brokerRecord, outcomeOf, settle, uuid } from '../replica/replica-fixture.ts'
import { DataPathFixture } from './data-path-fixture.ts'

type ProduceInput = RequestInputOf<typeof produceApi>
type FetchInput = RequestInputOf<typeof fetchApi>

const UNKNOWN_ID = uuid(77)
const VERSIONS = (lowest: number, highest: number) =>
  Array.from({ length: highest - lowest + 1 }, (_, each) => lowest + each)

const produceOf = (
  records: Buffer | null,
  { acks = -1, name = 't', topicId = uuid(1), index = 0 } = {},
): ProduceInput => ({
  acks,
  timeoutMs: 1_000,
  topicData: [{ name, topicId, partitionData: [{ index, records }] }],
})

const fetchOf = (
  fetchOffset: number,
  {
    topic = 't',
    topicId = uuid(1),
    partition = 0,
    currentLeaderEpoch = -1,
    ...request
  }: Partial<FetchInput> & {
    topic?: string
    topicId?: string
    partition?: number
    currentLeaderEpoch?: number
  } = {},
): FetchInput => ({
  maxWaitMs: 0,
  minBytes: 1,
  topics: [
    {
      topic,
      topicId,
      partitions: [{ partition, currentLeaderEpoch, fetchOffset, partitionMaxBytes: 1_000_000 }],
    },
  ],
  forgottenTopicsData: [],
  ...request,
})

async function started(): Promise<DataPathFixture> {
  const fixture = await DataPathFixture.start()
  await fixture.broker.createTopic('t')
  return fixture
}

async function produce(fixture: DataPathFixture, version: number, input: ProduceInput, clientId = 'test') {
  const response = await fixture.call(produceApi, { version, clientId }, input)
  return response?.responses[0]?.partitionResponses[0]
}

async function fetch(fixture: DataPathFixture, version: number, input: FetchInput) {
  const response = await fixture.call(fetchApi, { version }, input)
  return response?.responses[0]?.partitions[0]
}

describe('Produce', () => {
  it('of every version appends, and Fetch of every version reads it back', async () => {
    const fixture = await started()
    for (const [index, version] of VERSIONS(3, 13).entries()) {
      expect(await produce(fixture, version, produceOf(batchOf()))).toMatchObject({
        errorCode: ErrorCode.NONE,
        baseOffset: index,
        logStartOffset: version >= 5 ? 0 : -1,
        errorMessage: null,
      })
    }
    for (const version of VERSIONS(4, 18)) {
      const read = await fetch(fixture, version, fetchOf(2))
      expect(read).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 11, abortedTransactions: null })
      expect(splitBatches(read?.records as Buffer).map(({ baseOffset }) => baseOffset)).toEqual([
        2, 3, 4, 5, 6, 7, 8, 9, 10,
      ])
    }
  })

  it('of the versions before record batches is refused partition by partition', async () => {
    const fixture = await started()
    for (const version of [0, 1, 2]) {
      expect(await produce(fixture, version, produceOf(Buffer.from('old')))).toMatchObject({
        errorCode: ErrorCode.UNSUPPORTED_VERSION,
        baseOffset: -1,
      })
    }
  })

  it('knows no acks but 0, 1 and -1', async () => {
    const fixture = await started()
    for (const acks of [2, -2, 100]) {
      expect(await produce(fixture, 9, produceOf(batchOf(), { acks }))).toMatchObject({
        errorCode: ErrorCode.INVALID_REQUIRED_ACKS,
      })
    }
  })

  it('without acks is not answered, and a failure closes the connection', async () => {
    const fixture = await started()
    expect(await fixture.call(produceApi, { version: 9 }, produceOf(batchOf(), { acks: 0 }))).toBeUndefined()
    await settle()
    expect(fixture.broker.partition('t').highWatermark).toBe(1)
    const refused = fixture.call(produceApi, { version: 9 }, produceOf(batchOf(), { acks: 0, name: 'none' }))
    await expect(refused).rejects.toMatchObject({ name: 'CloseConnectionError' })
  })

  it('names what is wrong with which records, from version 8 on', async () => {
    const fixture = await DataPathFixture.start({ config: { cleanupCompact: true } })
    await fixture.broker.createTopic('t')
    const keyless = batchOf({ count: 2 })
    const input = produceOf(buildRecordBatch([{ value: keyless }, { key: keyless }, { value: keyless }]))
    const partition = await produce(fixture, 8, input)
    expect(partition).toMatchObject({ errorCode: ErrorCode.INVALID_RECORD })
    expect(partition?.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 2])
    expect(partition?.errorMessage).toMatch(/./)
    expect((await produce(fixture, 7, input))?.recordErrors).toEqual([])
  })

  it('refuses null records, noise and two batches, and what is left of the request is served', async () => {
    const fixture = await started()
    const two = Buffer.concat([batchOf(), batchOf()])
    for (const records of [null, Buffer.alloc(0), Buffer.from('noise'), two]) {
      expect((await produce(fixture, 9, produceOf(records)))?.errorCode).not.toBe(ErrorCode.NONE)
    }
    expect(await produce(fixture, 9, produceOf(batchOf()))).toMatchObject({ baseOffset: 0 })
  })

  it('knows topics by name, or by id from version 13 on', async () => {
    const fixture = await started()
    const codeOf = async (version: number, more: object) =>
      (await produce(fixture, version, produceOf(batchOf(), more)))?.errorCode
    expect(await codeOf(12, { name: 'none' })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await codeOf(12, { index: 4 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await codeOf(12, { index: -1 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await codeOf(13, { topicId: UNKNOWN_ID })).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(await codeOf(13, { topicId: ZERO_UUID })).toBe(ErrorCode.UNKNOWN_TOPIC_ID)
    expect(await codeOf(13, { index: 4 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })

  it('to a broker’s own topic is for Kafka’s tools only', async () => {
    const fixture = await DataPathFixture.start()
    await fixture.broker.createTopic('__consumer_offsets')
    const input = produceOf(batchOf(), { name: '__consumer_offsets' })
    expect((await produce(fixture, 9, input))?.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION)
    expect((await produce(fixture, 9, input, '__admin_client'))?.errorCode).toBe(ErrorCode.NONE)
  })

  it('of a transaction is refused, so that it cannot hold back readers of committed records', async () => {
    const fixture = await started()
    const records = batchOf({ producerId: 5, producerEpoch: 0, baseSequence: 0, isTransactional: true })
    expect(await produce(fixture, 9, produceOf(records))).toMatchObject({
      errorCode: ErrorCode.INVALID_TXN_STATE,
      errorMessage: expect.stringContaining('not supported'),
    })
    expect(fixture.broker.partition('t').log.logEndOffset).toBe(0)
  })

  it('to the wrong broker is told the right one, from version 10 on', async () => {
    const fixture = await DataPathFixture.start()
    await fixture.broker.apply(brokerRecord(2))
    await fixture.broker.createTopic('t', { replicas: [2], leader: 2, leaderEpoch: 6 })
    const response = await fixture.call(produceApi, { version: 10 }, produceOf(batchOf()))
    expect(response?.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 2, leaderEpoch: 6 },
    })
    expect(response?.nodeEndpoints).toEqual([{ nodeId: 2, host: 'host2', port: 9092, rack: null }])
    const before = await fixture.call(produceApi, { version: 9 }, produceOf(batchOf()))
    expect(before?.nodeEndpoints).toEqual([])
  })
})

describe('Fetch', () => {
  it('goes on in a session with what has changed only', async () => {
    const fixture = await started()
    await produce(fixture, 9, produceOf(batchOf()))
    const first = await fixture.call(fetchApi, { version: 16 }, fetchOf(1, { sessionEpoch: 0 }))
    const sessionId = first?.sessionId as number
    expect([sessionId > 0, first?.responses.length]).toEqual([true, 1])
    const next = (sessionEpoch: number, topics: FetchInput['topics'] = []) =>
      fixture.call(fetchApi, { version: 16 }, { ...fetchOf(0), sessionId, sessionEpoch, topics })
    expect(await next(1)).toMatchObject({ errorCode: ErrorCode.NONE, sessionId, responses: [] })
    await produce(fixture, 9, produceOf(batchOf()))
    const second = await next(2)
    expect(second?.responses[0]?.partitions[0]).toMatchObject({ partitionIndex: 0, highWatermark: 2 })
    expect((await next(2))?.errorCode).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
    expect((await next(3, fetchOf(2).topics))?.responses).toEqual([])
  })

  it('of a session that is not known fails as a whole', async () => {
    const fixture = await started()
    expect(
      await fixture.call(fetchApi, { version: 12 }, fetchOf(0, { sessionId: 5, sessionEpoch: 3 })),
    ).toMatchObject({ errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND, sessionId: 0, responses: [] })
  })

  it('tells of topics that are not there, by name or by id, beside those that are', async () => {
    const fixture = await started()
    await produce(fixture, 9, produceOf(batchOf()))
    const { topics } = fetchOf(0)
    for (const [version, code] of [
      [12, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [13, ErrorCode.UNKNOWN_TOPIC_ID],
    ] as const) {
      const unknown = fetchOf(0, { topic: 'none', topicId: UNKNOWN_ID }).topics
      const response = await fixture.call(
        fetchApi,
        { version },
        fetchOf(0, { topics: [...unknown, ...topics] }),
      )
      expect(response?.responses.map(each => each.partitions[0]?.errorCode)).toEqual([ErrorCode.NONE, code])
    }
    expect((await fetch(fixture, 13, fetchOf(0, { partition: 3 })))?.errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    )
  })

  it('with an offset that cannot be is that partition’s error', async () => {
    const fixture = await started()
    const { topics } = fetchOf(0)
    const [topic] = topics
    const frame = fetchOf(0, {
      topics: [
        {
          ...topic!,
          partitions: [{ partition: 0, fetchOffset: Number.MAX_SAFE_INTEGER, partitionMaxBytes: 1 }],
        },
      ],
    })
    expect(await fetch(fixture, 12, frame)).toMatchObject({
      errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
      highWatermark: -1,
      logStartOffset: -1,
    })
  })

  it('is limited by the broker’s own maximum, but for the first batch', async () => {
    const fixture = await DataPathFixture.start({ fetchMaxBytes: 1_000 })
    await fixture.broker.createTopic('t')
    for (let each = 0; each < 3; each++) await produce(fixture, 9, produceOf(batchOf({ valueBytes: 600 })))
    const read = await fetch(fixture, 12, fetchOf(0))
    expect(splitBatches(read?.records as Buffer).length).toBe(1)
  })

  it('that waits is answered when records come, in the shape of its version', async () => {
    const fixture = await started()
    const waiting = fetch(fixture, 13, fetchOf(0, { maxWaitMs: 500 }))
    expect(await outcomeOf(waiting)).toBe('pending')
    await produce(fixture, 13, produceOf(batchOf()))
    expect((await waiting)?.records?.length).toBeGreaterThan(0)
  })

  it('with a fenced epoch is told the leader, from version 16 on', async () => {
    const fixture = await DataPathFixture.start()
    await fixture.broker.createTopic('t', { leaderEpoch: 3 })
    const stale = fetchOf(0, { currentLeaderEpoch: 2 })
    const told = await fixture.call(fetchApi, { version: 16 }, stale)
    expect(told?.responses[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
      currentLeader: { leaderId: 1, leaderEpoch: 3 },
    })
    expect(told?.nodeEndpoints.length).toBe(1)
    expect((await fixture.call(fetchApi, { version: 15 }, stale))?.nodeEndpoints).toEqual([])
  })

  it('by one who poses as a replica is refused', async () => {
    const fixture = await started()
    expect((await fetch(fixture, 12, fetchOf(0, { replicaId: 1 })))?.errorCode).toBe(
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
    )
    const state = { replicaState: { replicaId: 9, replicaEpoch: 4 }, currentLeaderEpoch: 0 }
    expect((await fetch(fixture, 15, fetchOf(0, state)))?.errorCode).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH)
  })

  it('of a failed disk tells old clients to look for another leader', async () => {
    const fixture = await started()
    fixture.broker.disk.failOn({ operation: 'write', code: 'EIO', nth: 1, forever: true })
    await produce(fixture, 9, produceOf(batchOf()))
    expect((await fetch(fixture, 5, fetchOf(0)))?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    expect((await fetch(fixture, 6, fetchOf(0)))?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
  })
})

describe('ListOffsets', () => {
  const listOf = (timestamp: bigint, more: object = {}): RequestInputOf<typeof listOffsetsApi> => ({
    replicaId: -1,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }],
    ...more,
  })

  async function withRecords(): Promise<DataPathFixture> {
    const fixture = await started()
    await produce(fixture, 9, produceOf(batchOf({ count: 3, timestamp: 700 })))
    return fixture
  }

  it('knows each of the special timestamps from its own version on', async () => {
    const fixture = await withRecords()
    const expected = new Map([
      [-1n, { since: 1, offset: 3, timestamp: -1n }],
      [-2n, { since: 1, offset: 0, timestamp: -1n }],
      [-3n, { since: 7, offset: 0, timestamp: 700n }],
      [-4n, { since: 8, offset: 0, timestamp: -1n }],
      [-5n, { since: 9, offset: -1, timestamp: -1n }],
      [-6n, { since: 11, offset: -1, timestamp: -1n }],
      [-7n, { since: 99, offset: -1, timestamp: -1n }],
      [700n, { since: 1, offset: 0, timestamp: 700n }],
      [701n, { since: 1, offset: -1, timestamp: -1n }],
    ])
    for (const version of VERSIONS(1, 11)) {
      for (const [timestamp, { since, ...found }] of expected) {
        const response = await fixture.call(listOffsetsApi, { version }, listOf(timestamp))
        expect(response?.topics[0]?.partitions[0]).toMatchObject(
          version >= since
            ? { errorCode: ErrorCode.NONE, ...found }
            : { errorCode: ErrorCode.UNSUPPORTED_VERSION, offset: -1, timestamp: -1n },
        )
      }
    }
  })

  it('says that the latest offset is not known yet in the words of the version', async () => {
    const fixture = await DataPathFixture.start()
    await fixture.broker.createTopic('t', { replicas: [1, 2] })
    await fixture.broker.produce('t', batchOf(), { acks: 1 })
    const newLeader = (leader: number) =>
      metadataRecord('PartitionChangeRecord', 2, { topicId: uuid(1), partitionId: 0, leader })
    await fixture.broker.apply(newLeader(2))
    await fixture.broker.apply(newLeader(1))
    for (const [version, code] of [
      [4, ErrorCode.LEADER_NOT_AVAILABLE],
      [5, ErrorCode.OFFSET_NOT_AVAILABLE],
    ] as const) {
      const response = await fixture.call(listOffsetsApi, { version }, listOf(-1n))
      expect(response?.topics[0]?.partitions[0]?.errorCode).toBe(code)
    }
  })

  it('of a partition that is named twice is one error', async () => {
    const fixture = await withRecords()
    const partition = { partitionIndex: 0, timestamp: -1n }
    const topics = [{ name: 't', partitions: [partition, { partitionIndex: 5, timestamp: -1n }, partition] }]
    const response = await fixture.call(listOffsetsApi, { version: 7 }, listOf(-1n, { topics }))
    expect(response?.topics[0]?.partitions.map(each => [each.partitionIndex, each.errorCode])).toEqual([
      [0, ErrorCode.INVALID_REQUEST],
      [5, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ])
  })

  it('of an isolation level that is none fails for all partitions', async () => {
    const fixture = await withRecords()
    const response = await fixture.call(listOffsetsApi, { version: 7 }, listOf(-1n, { isolationLevel: 3 }))
    expect(response?.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })
})

it('OffsetForLeaderEpoch of every version tells where an epoch ended', async () => {
  const fixture = await DataPathFixture.start()
  await fixture.broker.createTopic('t', { leaderEpoch: 2 })
  await produce(fixture, 9, produceOf(batchOf({ count: 3 })))
  const ask = async (version: number, more: object = {}) => {
    const topics = [{ topic: 't', partitions: [{ partition: 0, leaderEpoch: 2, ...more }] }]
    const response = await fixture.call(offsetForLeaderEpochApi, { version }, { topics })
    return response?.topics[0]?.partitions[0]
  }
  for (const version of VERSIONS(0, 4)) {
    expect(await ask(version)).toMatchObject({
      errorCode: ErrorCode.NONE,
      endOffset: 3,
      leaderEpoch: version >= 1 ? 2 : -1,
    })
  }
  expect(await ask(4, { leaderEpoch: 3 })).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 })
  expect(await ask(4, { currentLeaderEpoch: 1 })).toMatchObject({
    errorCode: ErrorCode.FENCED_LEADER_EPOCH,
    endOffset: -1,
  })
  expect(await ask(4, { partition: 8 })).toMatchObject({ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION })
})

it('DeleteRecords of every version moves the start of the log, but not of the brokers’ own topics', async () => {
  const fixture = await started()
  await fixture.broker.createTopic('__consumer_offsets', { topicId: uuid(2) })
  await produce(fixture, 9, produceOf(batchOf({ count: 5 })))
  for (const version of VERSIONS(0, 2)) {
    const response = await fixture.call(
      deleteRecordsApi,
      { version },
      {
        timeoutMs: 1_000,
        topics: [
          { name: '__consumer_offsets', partitions: [{ partitionIndex: 0, offset: -1 }] },
          {
            name: 't',
            partitions: [
              { partitionIndex: 0, offset: version === 2 ? -1 : version + 1 },
              { partitionIndex: 1, offset: 0 },
            ],
          },
        ],
      },
    )
    expect(
      response?.topics.map(({ partitions }) => partitions.map(each => [each.errorCode, each.lowWatermark])),
    ).toEqual([
      [[ErrorCode.INVALID_TOPIC_EXCEPTION, -1]],
      [
        [ErrorCode.NONE, version === 2 ? 5 : version + 1],
        [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1],
      ],
    ])
  }
})

it('DescribeProducers tells of each producer’s last batch', async () => {
  const fixture = await started()
  const batch = { producerId: 5, producerEpoch: 1, baseSequence: 0, count: 4, timestamp: 700 }
  await produce(fixture, 9, produceOf(batchOf(batch)))
  const topics = [
    { name: 't', partitionIndexes: [0, 1] },
    { name: 'no name', partitionIndexes: [0] },
  ]
  const response = await fixture.call(describeProducersApi, { version: 0 }, { topics })
  const [described, unknown] = response?.topics[0]?.partitions ?? []
  expect(described?.activeProducers).toEqual([
    {
      producerId: 5,
      producerEpoch: 1,
      lastSequence: 3,
      lastTimestamp: 700n,
      coordinatorEpoch: -1,
      currentTxnStartOffset: -1,
    },
  ])
  expect(unknown?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  expect(response?.topics[1]?.partitions[0]?.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION)
})

it('DescribeLogDirs of every version tells what lies where', async () => {
  const fixture = await DataPathFixture.start()
  await fixture.broker.createTopic('t', { partitions: 2 })
  await produce(fixture, 9, produceOf(batchOf()))
  const { sizeBytes } = fixture.broker.partition('t').log
  for (const version of VERSIONS(1, 5)) {
    const all = await fixture.call(describeLogDirsApi, { version }, { topics: null })
    expect(all?.results).toMatchObject([
      {
        errorCode: ErrorCode.NONE,
        logDir: '/data',
        topics: [
          {
            name: 't',
            partitions: [
              { partitionIndex: 0, partitionSize: sizeBytes, offsetLag: 0, isFutureKey: false },
              { partitionIndex: 1, partitionSize: 0, offsetLag: 0, isFutureKey: false },
            ],
          },
        ],
      },
    ])
    const topics = [{ topic: 't', partitions: [1] }]
    const some = await fixture.call(describeLogDirsApi, { version }, { topics })
    expect(some?.results[0]?.topics[0]?.partitions.map(each => each.partitionIndex)).toEqual([1])
  }
})
