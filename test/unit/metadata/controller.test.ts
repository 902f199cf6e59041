import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import { bootstrapRecords } from '../../../src/metadata/bootstrap-records.ts'
import type { ControllerOptions } from '../../../src/metadata/controller/controller.ts'
import { Controller } from '../../../src/metadata/controller/controller.ts'
import { DefinedConfigSchema } from '../../../src/metadata/controller/defined-config-schema.ts'
import { metadataRecordCodec } from '../../../src/metadata/records/metadata-record-codec.ts'
import { metadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { MemoryLog } from '../support/memory-record-writer.ts'
import { SilentLogger } from '../support/silent-logger.ts'
import { CLUSTER_ID, registration, TOPIC_DEFAULTS, uuid } from './controller-fixture.ts'

const anyone = { principal: 'User:ANONYMOUS', deadlineMs: undefined }
const SESSION_MS = 9000

const oneTopic = {
  topics: [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 1000,
  validateOnly: false,
}

function setUp(options: Partial<ControllerOptions> & { log?: MemoryLog; clock?: ManualClock } = {}) {
  const { log = new MemoryLog({ commitsAtOnce: true }), clock = new ManualClock(), ...rest } = options
  const failures: Error[] = []
  const controller = new Controller({
    nodeId: 1,
    clusterId: CLUSTER_ID,
    clock,
    random: new SeededRandom(1),
    logger: new SilentLogger(),
    configSchema: new DefinedConfigSchema({ staticBroker: new Map() }),
    topicDefaults: TOPIC_DEFAULTS,
    bootstrapRecords: bootstrapRecords(30),
    registration: {
      controllerId: 1,
      incarnationId: uuid(1),
      zkMigrationReady: false,
      listeners: [{ name: 'CONTROLLER', host: 'localhost', port: 9093, securityProtocol: 0 }],
      features: [],
    },
    localBrokerId: undefined,
    brokerSessionTimeoutMs: SESSION_MS,
    leaderImbalanceCheckIntervalMs: undefined,
    maxIdleIntervalMs: undefined,
    quorum: { kraftVersion: () => 1, voterIds: () => [1], hasOtherReplicas: () => false },
    whenApplied: () => Promise.resolve(),
    onFailure: error => failures.push(error),
    ...rest,
  })
  const lead = () => controller.becomeLeader({ writer: log.lead(), batches: [...log.batches] })
  return { controller, log, clock, lead, failures }
}

const namesIn = (log: MemoryLog, from = 0) =>
  log.batches
    .flatMap(({ records }) => records)
    .filter(({ offset }) => offset >= from)
    .map(record => metadataRecordCodec.decode(record)?.name)

async function startBroker(controller: Controller, brokerId: number, changes = {}) {
  const { brokerEpoch = -1 } = await controller.registerBroker(registration(brokerId, changes), anyone)
  const beat = (more = {}) =>
    controller.brokerHeartbeat(
      {
        brokerId,
        brokerEpoch,
        currentMetadataOffset: Number.MAX_SAFE_INTEGER,
        wantFence: false,
        wantShutDown: false,
        offlineLogDirs: [],
        cordonedLogDirs: null,
        ...more,
      },
      anyone,
    )
  await beat()
  return beat
}

/** Lets promises run that wait for nothing but each other. */
const settle = () => new Promise(resolve => setImmediate(resolve))

describe('activation', () => {
  test('an empty log gets the bootstrap records as a transaction, then the controller itself', async () => {
    const { log, lead } = setUp()
    await lead()
    expect(namesIn(log)).toEqual([
      'BeginTransactionRecord',
      ...new Array(6).fill('FeatureLevelRecord'),
      'ConfigRecord',
      'EndTransactionRecord',
      'RegisterControllerRecord',
    ])
    expect(log.batches.map(({ records }) => records.length)).toEqual([9, 1])
  })

  test('a log that has them gets nothing but a new life of the controller', async () => {
    const first = setUp()
    await first.lead()
    const { endOffset } = first.log
    await first.lead()
    expect(first.log.endOffset).toBe(endOffset)
    const second = setUp({
      log: first.log,
      registration: {
        controllerId: 1,
        incarnationId: uuid(2),
        zkMigrationReady: false,
        listeners: [],
        features: [],
      },
    })
    await second.lead()
    expect(namesIn(first.log, endOffset)).toEqual(['RegisterControllerRecord'])
  })

  test('a transaction left open is aborted; the bootstrap is written again', async () => {
    const log = new MemoryLog({ commitsAtOnce: true })
    const begun = [
      metadataRecord('BeginTransactionRecord', 0, {}),
      metadataRecord('FeatureLevelRecord', 0, { name: 'metadata.version', featureLevel: 21 }),
    ].map(record => metadataRecordCodec.encode(record))
    log.lead().append({ records: begun, timestampMs: 0, producer: undefined })
    const { lead, controller } = setUp({ log })
    await lead()
    expect(namesIn(log, 2).slice(0, 2)).toEqual(['AbortTransactionRecord', 'BeginTransactionRecord'])
    await startBroker(controller, 1)
    expect(namesIn(log).at(-1)).toBe('BrokerRegistrationChangeRecord')
  })

  test('without bootstrap records an empty log gets those of a new cluster', async () => {
    const { log, lead } = setUp({ bootstrapRecords: [] })
    await lead()
    expect(namesIn(log).filter(name => name === 'FeatureLevelRecord')).toHaveLength(6)
  })

  test('before metadata.version 3.6-IV1 there are no transactions', async () => {
    const { log, lead } = setUp({ bootstrapRecords: bootstrapRecords(12) })
    await lead()
    expect(namesIn(log)).toEqual(['FeatureLevelRecord'])
  })
})

describe('answers', () => {
  test('wait until they are committed and applied here', async () => {
    const applied: { offset: number; resolve: () => void }[] = []
    const whenApplied = (offset: number) => new Promise<void>(resolve => applied.push({ offset, resolve }))
    const { controller, log, lead } = setUp({ whenApplied })
    await lead()
    await startBroker(controller, 1)
    log.commitsAtOnce = false
    let answer: unknown
    const done = controller.createTopics(oneTopic, anyone).then(response => {
      answer = response
    })
    await settle()
    expect(applied).toEqual([])
    log.commit()
    await settle()
    expect(applied.map(({ offset }) => offset)).toEqual([log.endOffset - 1])
    expect(answer).toBeUndefined()
    applied[0]!.resolve()
    await done
    expect(answer).toMatchObject({ topics: [{ name: 't', errorCode: 0 }] })
  })

  test('what writes nothing waits for nothing to be applied', async () => {
    const { controller, lead } = setUp({ whenApplied: () => new Promise(() => {}) })
    await lead()
    const response = await controller.createTopics({ ...oneTopic, validateOnly: true }, anyone)
    expect(response.topics[0]?.errorCode).toBe(ErrorCode.INVALID_REPLICATION_FACTOR)
  })

  test('NOT_CONTROLLER comes from a node that does not lead, also to those who wait', async () => {
    const { controller, log, lead } = setUp()
    const code = ErrorCode.NOT_CONTROLLER
    await expect(controller.createTopics(oneTopic, anyone)).rejects.toMatchObject({ code })
    await lead()
    expect(controller.isActive).toBe(true)
    await startBroker(controller, 1)
    log.commitsAtOnce = false
    const waiting = controller.createTopics(oneTopic, anyone)
    controller.becomeFollower()
    await expect(waiting).rejects.toMatchObject({ code })
    expect(controller.isActive).toBe(false)
  })

  test('REQUEST_TIMED_OUT comes at the deadline, and at once behind it', async () => {
    const { controller, log, clock, lead } = setUp()
    const code = ErrorCode.REQUEST_TIMED_OUT
    await lead()
    await startBroker(controller, 1)
    log.commitsAtOnce = false
    const deadlineMs = clock.monotonicMs() + 100
    const waiting = controller.createTopics(oneTopic, { ...anyone, deadlineMs })
    const refused = expect(waiting).rejects.toMatchObject({ code })
    clock.advance(101)
    await refused
    const late = controller.createTopics(oneTopic, { ...anyone, deadlineMs })
    await expect(late).rejects.toMatchObject({ code })
  })
})

describe('sessions', () => {
  test('a broker that falls silent is fenced, one that beats is not', async () => {
    const { controller, log, clock, lead } = setUp()
    await lead()
    const beat = await startBroker(controller, 1)
    await startBroker(controller, 2)
    const from = log.endOffset
    clock.advance(SESSION_MS - 1)
    await beat()
    clock.advance(1)
    await settle()
    expect(namesIn(log, from)).toEqual(['BrokerRegistrationChangeRecord'])
    expect(await beat()).toMatchObject({ isFenced: false })
    clock.advance(SESSION_MS)
    await settle()
    expect(namesIn(log, from)).toHaveLength(2)
  })

  test('a new controller gives brokers the time to be heard of', async () => {
    const first = setUp()
    await first.lead()
    await startBroker(first.controller, 1)
    const second = setUp({ log: first.log, clock: first.clock })
    const from = first.log.endOffset
    await second.lead()
    first.clock.advance(SESSION_MS - 1)
    await settle()
    expect(namesIn(first.log, from)).toEqual([])
    first.clock.advance(1)
    await settle()
    expect(namesIn(first.log, from)).toEqual(['BrokerRegistrationChangeRecord'])
  })

  test('after a crash the broker of this process need not wait for its former session, another has to', async () => {
    for (const [localBrokerId, isRefused] of [
      [1, false],
      [2, true],
    ] as const) {
      const first = setUp()
      await first.lead()
      await startBroker(first.controller, 1)
      const { controller, lead } = setUp({ log: first.log, localBrokerId })
      await lead()
      const again = controller.registerBroker(registration(1, { incarnationId: uuid(5) }), anyone)
      if (isRefused)
        await expect(again).rejects.toMatchObject({ code: ErrorCode.DUPLICATE_BROKER_REGISTRATION })
      else expect((await again).errorCode).toBe(0)
    }
  })

  test('a broker of this process that has been heard of is not pushed aside', async () => {
    const { controller, lead } = setUp({ localBrokerId: 1 })
    await lead()
    await startBroker(controller, 1)
    const other = controller.registerBroker(registration(1, { incarnationId: uuid(5) }), anyone)
    await expect(other).rejects.toMatchObject({ code: ErrorCode.DUPLICATE_BROKER_REGISTRATION })
  })

  test('a broker that stops goes once the others have read who leads instead', async () => {
    const { controller, lead } = setUp()
    await lead()
    const first = await startBroker(controller, 1)
    const second = await startBroker(controller, 2)
    const assignments = [{ partitionIndex: 0, brokerIds: [1, 2] }]
    const topic = { ...oneTopic.topics[0]!, numPartitions: -1, replicationFactor: -1, assignments }
    await controller.createTopics({ ...oneTopic, topics: [topic] }, anyone)
    await second({ currentMetadataOffset: 0 })
    expect(await first({ wantShutDown: true })).toMatchObject({ shouldShutDown: false, isFenced: false })
    expect(await first({ wantShutDown: true })).toMatchObject({ shouldShutDown: false })
    await second()
    expect(await first({ wantShutDown: true })).toMatchObject({ shouldShutDown: true })
  })
})

describe('an idle log', () => {
  test('gets a sign of life where others read it', async () => {
    const quorum = { kraftVersion: () => 1, voterIds: () => [1], hasOtherReplicas: () => true }
    const { log, clock, lead } = setUp({ maxIdleIntervalMs: 500, quorum })
    await lead()
    const from = log.endOffset
    for (let round = 0; round < 4; round++) {
      clock.advance(500)
      await settle()
    }
    expect(namesIn(log, from)).toEqual(['NoOpRecord', 'NoOpRecord', 'NoOpRecord'])
  })

  test('stays as it is where nobody else does', async () => {
    const { log, clock, lead } = setUp({ maxIdleIntervalMs: 500 })
    await lead()
    const { endOffset } = log
    for (let round = 0; round < 4; round++) {
      clock.advance(500)
      await settle()
    }
    expect(log.endOffset).toBe(endOffset)
  })
})

test('preferred leaders are given back by the clock', async () => {
  const { controller, log, clock, lead } = setUp({
    leaderImbalanceCheckIntervalMs: 1000,
    brokerSessionTimeoutMs: 100_000,
  })
  await lead()
  const first = await startBroker(controller, 1)
  await startBroker(controller, 2)
  const assignments = [{ partitionIndex: 0, brokerIds: [1, 2] }]
  const topic = { ...oneTopic.topics[0]!, numPartitions: -1, replicationFactor: -1, assignments }
  const { topics } = await controller.createTopics({ ...oneTopic, topics: [topic] }, anyone)
  await first({ wantFence: true })
  await first()
  const { brokerEpoch = 0 } = await controller.registerBroker(registration(2), anyone)
  const joined = await controller.alterPartition(
    {
      brokerId: 2,
      brokerEpoch,
      topics: [
        {
          topicName: '',
          topicId: topics[0]!.topicId!,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch: 1,
              newIsr: [],
              newIsrWithEpochs: [1, 2].map(brokerId => ({ brokerId, brokerEpoch: -1 })),
              leaderRecoveryState: 0,
              partitionEpoch: 1,
            },
          ],
        },
      ],
    },
    anyone,
  )
  expect(joined.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, leaderId: 2 })
  const from = log.endOffset
  clock.advance(1000)
  await settle()
  expect(namesIn(log, from)).toEqual(['PartitionChangeRecord'])
})

test('a record that cannot be applied stops the controller and tells why', async () => {
  const log = new MemoryLog({ commitsAtOnce: true })
  const orphan = metadataRecord('RemoveTopicRecord', 0, { topicId: uuid(1) })
  log.lead().append({ records: [metadataRecordCodec.encode(orphan)], timestampMs: 0, producer: undefined })
  const { controller, lead, failures } = setUp({ log })
  await expect(lead()).rejects.toThrow('topic id')
  expect(failures).toHaveLength(1)
  expect(controller.isActive).toBe(false)
})
