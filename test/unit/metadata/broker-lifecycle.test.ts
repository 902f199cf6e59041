import { describe, expect, test } from 'vitest'
import { fenceRecords } from '../../../src/metadata/controller/broker-heartbeat.ts'
import { unregisterBroker } from '../../../src/metadata/controller/register-broker.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { ControllerFixture, hardState, stateOfImage, uuid } from './controller-fixture.ts'

const names = (records: { name: string }[]) => records.map(({ name }) => name)

describe('the life of a broker', () => {
  test('a broker registers fenced, with the offset of its registration as its epoch', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [] })
    const nextOffset = fixture.log.endOffset
    const { brokerEpoch } = await fixture.registerBroker(1)
    expect(brokerEpoch).toBe(nextOffset)
    expect(fixture.machine.cluster.brokers.get(1)).toMatchObject({ fenced: true, epoch: nextOffset })
    expect(fixture.recordsFrom(nextOffset)).toMatchObject([{ name: 'RegisterBrokerRecord', version: 4 }])
  })

  test('a broker is unfenced once it has read its own registration', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [] })
    const { brokerEpoch = 0 } = await fixture.registerBroker(1)
    const behind = await fixture.heartbeat(1, { currentMetadataOffset: brokerEpoch - 1 })
    expect(behind).toMatchObject({ isCaughtUp: false, isFenced: true })
    const there = await fixture.heartbeat(1, { currentMetadataOffset: brokerEpoch })
    expect(there).toMatchObject({ isCaughtUp: true, isFenced: false })
  })

  test('a heartbeat with another epoch is refused', async () => {
    const fixture = await ControllerFixture.create()
    const stale = fixture.heartbeat(1, { brokerEpoch: 0 })
    await expect(stale).rejects.toMatchObject({ code: ErrorCode.STALE_BROKER_EPOCH })
    const unknown = fixture.heartbeat(2, { brokerEpoch: 0 })
    await expect(unknown).rejects.toMatchObject({ code: ErrorCode.STALE_BROKER_EPOCH })
  })

  test('a heartbeat that changes nothing writes nothing', async () => {
    const fixture = await ControllerFixture.create()
    const { endOffset } = fixture.log
    await fixture.heartbeat(1)
    await fixture.heartbeat(1, { cordonedLogDirs: [] })
    expect(fixture.log.endOffset).toBe(endOffset)
  })

  test('a stop and a start write what Apache Kafka 4.3 writes', async () => {
    const fixture = await ControllerFixture.create()
    await fixture.createTopic('t', { numPartitions: 2 })
    const stopOffset = fixture.log.endOffset
    await fixture.stopBroker(1)
    const noLeader = { isr: [], leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1] }
    expect(fixture.recordsFrom(stopOffset)).toMatchObject([
      { name: 'BrokerRegistrationChangeRecord', version: 1, value: { inControlledShutdown: 1, fenced: 0 } },
      { name: 'PartitionChangeRecord', version: 2, value: { partitionId: 0, ...noLeader } },
      { name: 'PartitionChangeRecord', version: 2, value: { partitionId: 1, ...noLeader } },
      { name: 'BrokerRegistrationChangeRecord', version: 0, value: { fenced: 1, inControlledShutdown: 0 } },
    ])
    const { epoch } = fixture.machine.cluster.brokers.get(1)!
    const startOffset = fixture.log.endOffset
    await fixture.startBroker(1, { incarnationId: uuid(1), previousBrokerEpoch: epoch })
    const leads = { isr: [1], leader: 1, eligibleLeaderReplicas: [], lastKnownElr: [] }
    expect(fixture.recordsFrom(startOffset)).toMatchObject([
      { name: 'RegisterBrokerRecord', value: { fenced: true, inControlledShutdown: false } },
      { name: 'BrokerRegistrationChangeRecord', version: 0, value: { fenced: -1 } },
      { name: 'PartitionChangeRecord', value: { partitionId: 0, ...leads, leaderRecoveryState: -1 } },
      { name: 'PartitionChangeRecord', value: { partitionId: 1, ...leads } },
    ])
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 1, leaderEpoch: 2, partitionEpoch: 2 })
  })

  test('after a crash the last leader leads again, as recovering, in a later epoch', async () => {
    const fixture = await ControllerFixture.create()
    await fixture.createTopic('t')
    const offset = fixture.log.endOffset
    await fixture.startBroker(1, { incarnationId: uuid(1), previousBrokerEpoch: -1 })
    expect(names(fixture.recordsFrom(offset))).toEqual([
      'PartitionChangeRecord',
      'RegisterBrokerRecord',
      'BrokerRegistrationChangeRecord',
      'PartitionChangeRecord',
    ])
    expect(fixture.partition('t', 0)).toMatchObject({
      leader: 1,
      isr: [1],
      leaderEpoch: 2,
      leaderRecoveryState: 'recovering',
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })
  })

  test('without eligible leader replicas a lone replica stays in sync while its broker is away', async () => {
    const fixture = await ControllerFixture.create({ metadataVersion: 22 })
    await fixture.createTopic('t')
    await fixture.stopBroker(1)
    expect(fixture.partition('t', 0)).toMatchObject({ leader: undefined, isr: [1], leaderEpoch: 1 })
    await fixture.startBroker(1, { incarnationId: uuid(1) })
    expect(fixture.partition('t', 0)).toMatchObject({
      leader: 1,
      isr: [1],
      leaderEpoch: 2,
      leaderRecoveryState: 'recovered',
    })
  })

  test('another incarnation is refused while the first is alive, and taken when it is not', async () => {
    const fixture = await ControllerFixture.create()
    fixture.alive.add(1)
    const refused = fixture.registerBroker(1, { incarnationId: uuid(1) })
    await expect(refused).rejects.toMatchObject({ code: ErrorCode.DUPLICATE_BROKER_REGISTRATION })
    fixture.alive.delete(1)
    await fixture.registerBroker(1, { incarnationId: uuid(1) })
    expect(fixture.machine.cluster.brokers.get(1)).toMatchObject({ incarnationId: uuid(1), fenced: true })
  })

  test('the same incarnation may register again and keeps its epoch and standing', async () => {
    const fixture = await ControllerFixture.create()
    fixture.alive.add(1)
    const before = fixture.machine.cluster.brokers.get(1)!
    const { brokerEpoch } = await fixture.registerBroker(1, { rack: 'a' })
    expect(brokerEpoch).toBe(before.epoch)
    expect(fixture.machine.cluster.brokers.get(1)).toEqual({ ...before, rack: 'a' })
  })

  test.each([
    ['of another cluster', { clusterId: uuid(9) }, ErrorCode.INCONSISTENT_CLUSTER_ID],
    ['without directories', { logDirs: [] }, ErrorCode.INVALID_REGISTRATION],
    ['with a directory twice', { logDirs: [uuid(1), uuid(1)] }, ErrorCode.INVALID_REGISTRATION],
    ['with a reserved directory', { logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'] }, ErrorCode.INVALID_REGISTRATION],
    ["with another broker's directory", { logDirs: [uuid(2001)] }, ErrorCode.INVALID_REGISTRATION],
    ['that cannot do the finalized features', { features: [] }, ErrorCode.UNSUPPORTED_VERSION],
    ['from ZooKeeper', { isMigratingZkBroker: true }, ErrorCode.BROKER_ID_NOT_REGISTERED],
  ])('a broker %s is refused', async (_what, changes, code) => {
    const fixture = await ControllerFixture.create()
    await expect(fixture.registerBroker(2, changes)).rejects.toMatchObject({ code })
    expect(fixture.machine.cluster.brokers.has(2)).toBe(false)
  })

  test('a fenced broker leaves the ISRs and another replica leads', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2, 3] })
    const assignments = [{ partitionIndex: 0, brokerIds: [1, 2, 3] }]
    await fixture.createTopic('t', { assignments, numPartitions: -1, replicationFactor: -1 })
    await fixture.host.run(machine => ({
      records: fenceRecords(machine, machine.cluster.brokers.get(1)!),
      response: undefined,
    }))
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 1 })
    expect(fixture.machine.cluster.isActive(1)).toBe(false)
  })

  test('a broker with no leaderships is let go at once', async () => {
    const fixture = await ControllerFixture.create()
    const response = await fixture.heartbeat(1, { wantShutDown: true })
    expect(response).toMatchObject({ shouldShutDown: true, isFenced: true })
  })

  test('a directory that goes offline takes its partitions from the broker', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    const assignments = [{ partitionIndex: 0, brokerIds: [1, 2] }]
    await fixture.createTopic('t', { assignments, numPartitions: -1, replicationFactor: -1 })
    await fixture.registerBroker(1, { logDirs: [uuid(2001), uuid(3001)] })
    await fixture.heartbeat(1, { offlineLogDirs: [uuid(2001)] })
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 2, isr: [2] })
    expect(fixture.machine.cluster.brokers.get(1)).toMatchObject({ directories: [uuid(3001)] })
  })

  test('a broker whose directories are all cordoned gets no new replicas', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    await fixture.heartbeat(1, { cordonedLogDirs: [uuid(2001)] })
    await fixture.createTopic('t', { numPartitions: 10 })
    for (let index = 0; index < 10; index++) expect(fixture.partition('t', index)?.replicas).toEqual([2])
  })

  test('an unregistered broker is gone from ISRs and from the cluster', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    const assignments = [{ partitionIndex: 0, brokerIds: [1, 2] }]
    await fixture.createTopic('t', { assignments, numPartitions: -1, replicationFactor: -1 })
    await fixture.host.run(machine => unregisterBroker(machine, 1))
    expect(fixture.machine.cluster.brokers.has(1)).toBe(false)
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 2, isr: [2] })
    const again = fixture.host.run(machine => unregisterBroker(machine, 1))
    await expect(again).rejects.toMatchObject({ code: ErrorCode.BROKER_ID_NOT_REGISTERED })
  })

  test('controller and image come to the same', async () => {
    const fixture = await ControllerFixture.create({ brokerIds: [1, 2] })
    await fixture.createTopic('a.b', { numPartitions: 3, configs: [{ name: 'retention.ms', value: '1' }] })
    await fixture.stopBroker(1)
    await fixture.startBroker(1, { incarnationId: uuid(1) })
    const { registrationOffsets: _, isInTransaction: __, ...state } = hardState(fixture.machine)
    expect(stateOfImage(fixture.image())).toEqual(state)
  })
})
