import { describe, expect, test } from 'vitest'
import { alterPartition } from '../../../src/metadata/controller/alter-partition.ts'
import { assignReplicasToDirs } from '../../../src/metadata/controller/assign-replicas-to-dirs.ts'
import { fenceRecords } from '../../../src/metadata/controller/broker-heartbeat.ts'
import { balanceLeaders, electLeaders } from '../../../src/metadata/controller/elect-leaders.ts'
import {
  alterPartitionReassignments,
  listPartitionReassignments,
} from '../../../src/metadata/controller/partition-reassignments.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { ControllerFixture, uuid } from './controller-fixture.ts'

/** Three brokers and a topic on all of them, led by broker 1. */
async function threeReplicas({ minIsr = 1, unclean = false } = {}) {
  const fixture = await ControllerFixture.create({ brokerIds: [1, 2, 3] })
  const created = await fixture.createTopic('t', {
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: [1, 2, 3] }],
    configs: [
      { name: 'min.insync.replicas', value: String(minIsr) },
      { name: 'unclean.leader.election.enable', value: String(unclean) },
    ],
  })
  return { fixture, topicId: created.topicId! }
}

const fence = (fixture: ControllerFixture, brokerId: number) =>
  fixture.host.run(machine => ({
    records: fenceRecords(machine, machine.cluster.brokers.get(brokerId)!),
    response: undefined,
  }))

interface WantedIsr {
  isr: number[]
  leaderId?: number
  leaderEpoch?: number
  partitionEpoch?: number
  leaderRecoveryState?: number
  brokerEpochs?: number[]
}

async function shrink(fixture: ControllerFixture, topicId: string, wanted: WantedIsr) {
  const partition = fixture.partition('t', 0)!
  const brokerId = wanted.leaderId ?? partition.leader!
  const response = await fixture.host.run(machine =>
    alterPartition(machine, {
      brokerId,
      brokerEpoch: machine.cluster.brokers.get(brokerId)?.epoch ?? -1,
      topics: [
        {
          topicName: '',
          topicId,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch: wanted.leaderEpoch ?? partition.leaderEpoch,
              newIsr: [],
              newIsrWithEpochs: wanted.isr.map((id, index) => ({
                brokerId: id,
                brokerEpoch: wanted.brokerEpochs?.[index] ?? -1,
              })),
              leaderRecoveryState: wanted.leaderRecoveryState ?? 0,
              partitionEpoch: wanted.partitionEpoch ?? partition.partitionEpoch,
            },
          ],
        },
      ],
    }),
  )
  return response.topics[0]!.partitions[0]!
}

describe('AlterPartition', () => {
  test('a leader takes a replica out of the ISR and in again, without a new leader epoch', async () => {
    const { fixture, topicId } = await threeReplicas()
    expect(await shrink(fixture, topicId, { isr: [1, 2] })).toMatchObject({
      errorCode: 0,
      isr: [1, 2],
      leaderEpoch: 0,
      partitionEpoch: 1,
    })
    expect(await shrink(fixture, topicId, { isr: [1, 2, 3] })).toMatchObject({
      errorCode: 0,
      partitionEpoch: 2,
    })
    expect(fixture.partition('t', 0)).toMatchObject({ isr: [1, 2, 3], leaderEpoch: 0, partitionEpoch: 2 })
  })

  test('below min.insync.replicas, who leaves the ISR becomes an eligible leader', async () => {
    const { fixture, topicId } = await threeReplicas({ minIsr: 2 })
    await shrink(fixture, topicId, { isr: [1, 2] })
    expect(fixture.partition('t', 0)).toMatchObject({ isr: [1, 2], eligibleLeaderReplicas: [] })
    await shrink(fixture, topicId, { isr: [1] })
    expect(fixture.partition('t', 0)).toMatchObject({ isr: [1], eligibleLeaderReplicas: [2] })
    await fence(fixture, 1)
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 2, isr: [2], eligibleLeaderReplicas: [1] })
  })

  test.each([
    ['of an older leader epoch', { isr: [1], leaderEpoch: -1 }, ErrorCode.FENCED_LEADER_EPOCH],
    ['of a later leader epoch', { isr: [1], leaderEpoch: 9 }, ErrorCode.NOT_CONTROLLER],
    ['of an older partition epoch', { isr: [1], partitionEpoch: -1 }, ErrorCode.INVALID_UPDATE_VERSION],
    ['of a later partition epoch', { isr: [1], partitionEpoch: 9 }, ErrorCode.NOT_CONTROLLER],
    ['from another broker than the leader', { isr: [1, 2], leaderId: 2 }, ErrorCode.INVALID_REQUEST],
    ['without the leader', { isr: [2, 3] }, ErrorCode.INVALID_REQUEST],
    ['with nobody', { isr: [] }, ErrorCode.INVALID_REQUEST],
    ['with a broker twice', { isr: [1, 1] }, ErrorCode.INVALID_REQUEST],
    ['with a broker that is no replica', { isr: [1, 4] }, ErrorCode.INVALID_REQUEST],
    ['that goes back to recovering', { isr: [1], leaderRecoveryState: 1 }, ErrorCode.INVALID_REQUEST],
    ['with a former life of a broker', { isr: [1, 2], brokerEpochs: [-1, 0] }, ErrorCode.INELIGIBLE_REPLICA],
  ])('a change %s is refused', async (_what, wanted, errorCode) => {
    const { fixture, topicId } = await threeReplicas()
    const before = fixture.partition('t', 0)
    expect(await shrink(fixture, topicId, wanted)).toMatchObject({ errorCode })
    expect(fixture.partition('t', 0)).toEqual(before)
  })

  test('a fenced broker does not come into the ISR', async () => {
    const { fixture, topicId } = await threeReplicas()
    await fence(fixture, 3)
    expect(await shrink(fixture, topicId, { isr: [1, 2, 3] })).toMatchObject({
      errorCode: ErrorCode.INELIGIBLE_REPLICA,
    })
  })

  test('an unknown topic is told as such', async () => {
    const { fixture } = await threeReplicas()
    expect(await shrink(fixture, uuid(1), { isr: [1] })).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
    })
  })
})

describe('leaders', () => {
  test('with nobody in sync or eligible the partition has no leader until the last one returns', async () => {
    const { fixture, topicId } = await threeReplicas({ minIsr: 1 })
    await shrink(fixture, topicId, { isr: [1] })
    await fence(fixture, 1)
    expect(fixture.partition('t', 0)).toMatchObject({
      leader: undefined,
      isr: [],
      eligibleLeaderReplicas: [1],
      lastKnownElr: [1],
    })
    await fixture.heartbeat(1)
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 1, isr: [1], lastKnownElr: [] })
  })

  test('unclean election takes a live replica and says that records may be lost', async () => {
    const { fixture, topicId } = await threeReplicas({ unclean: true })
    await shrink(fixture, topicId, { isr: [1] })
    await fence(fixture, 1)
    expect(fixture.partition('t', 0)).toMatchObject({
      leader: 2,
      isr: [2],
      leaderRecoveryState: 'recovering',
      eligibleLeaderReplicas: [],
    })
  })

  const elect = (
    fixture: ControllerFixture,
    electionType: number,
    topic: string | null = 't',
    partition = 0,
  ) =>
    fixture.host.run(machine =>
      electLeaders(machine, {
        electionType,
        topicPartitions: topic === null ? null : [{ topic, partitions: [partition] }],
        timeoutMs: 0,
      }),
    )

  test('the preferred replica is elected on demand and by balancing', async () => {
    const { fixture, topicId } = await threeReplicas()
    const lead = async () => {
      await fence(fixture, 1)
      await fixture.heartbeat(1)
      expect(fixture.partition('t', 0)).toMatchObject({ leader: 2, isr: [2, 3] })
      await shrink(fixture, topicId, { isr: [1, 2, 3] })
    }
    await lead()
    const { replicaElectionResults } = await elect(fixture, 0)
    expect(replicaElectionResults[0]?.partitionResult).toMatchObject([{ partitionId: 0, errorCode: 0 }])
    expect(fixture.partition('t', 0)?.leader).toBe(1)
    await lead()
    expect(await fixture.host.run(machine => balanceLeaders(machine, { maxElections: 10 }))).toBe(1)
    expect(fixture.partition('t', 0)?.leader).toBe(1)
    expect(await fixture.host.run(machine => balanceLeaders(machine, { maxElections: 10 }))).toBe(0)
  })

  test('an election that is not needed or not possible is told so', async () => {
    const { fixture, topicId } = await threeReplicas()
    const codeOf = async (...wanted: Parameters<typeof elect>) => {
      const { replicaElectionResults } = await elect(...wanted)
      return replicaElectionResults[0]?.partitionResult[0]?.errorCode
    }
    expect(await codeOf(fixture, 0)).toBe(ErrorCode.ELECTION_NOT_NEEDED)
    expect(await codeOf(fixture, 1)).toBe(ErrorCode.ELECTION_NOT_NEEDED)
    expect(await codeOf(fixture, 0, 'unknown')).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await codeOf(fixture, 0, 't', 7)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect((await elect(fixture, 0, null)).replicaElectionResults).toEqual([
      { topic: 't', partitionResult: [] },
    ])
    await fence(fixture, 1)
    expect(await codeOf(fixture, 0)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)
    await expect(elect(fixture, 7)).rejects.toMatchObject({ code: ErrorCode.INVALID_REQUEST })
    await shrink(fixture, topicId, { isr: [2] })
    await fence(fixture, 2)
    await fence(fixture, 3)
    expect(await codeOf(fixture, 1)).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE)
  })

  test('an unclean election is made on demand where there is no leader', async () => {
    const { fixture, topicId } = await threeReplicas()
    await shrink(fixture, topicId, { isr: [1] })
    await fence(fixture, 1)
    await elect(fixture, 1)
    expect(fixture.partition('t', 0)).toMatchObject({
      leader: 2,
      isr: [2],
      leaderRecoveryState: 'recovering',
    })
  })
})

describe('reassignments', () => {
  const move = (fixture: ControllerFixture, replicas: number[] | null, changes = {}) =>
    fixture.host.run(machine =>
      alterPartitionReassignments(machine, {
        timeoutMs: 0,
        allowReplicationFactorChange: true,
        topics: [{ name: 't', partitions: [{ partitionIndex: 0, replicas }] }],
        ...changes,
      }),
    )
  const list = (fixture: ControllerFixture) =>
    listPartitionReassignments(fixture.machine, { timeoutMs: 0, topics: null }).topics

  test('replicas join first, and once they are in sync the others go', async () => {
    const { fixture, topicId } = await threeReplicas()
    await fixture.startBroker(4)
    await move(fixture, [2, 4])
    const inBetween = { replicas: [2, 4, 1, 3], addingReplicas: [4], removingReplicas: [1, 3] }
    expect(fixture.partition('t', 0)).toMatchObject({ ...inBetween, leader: 1 })
    expect(fixture.partition('t', 0)?.directories).toEqual([2002, 2004, 2001, 2003].map(uuid))
    expect(list(fixture)).toEqual([{ name: 't', partitions: [{ partitionIndex: 0, ...inBetween }] }])
    const answer = await shrink(fixture, topicId, { isr: [1, 2, 3, 4] })
    expect(answer).toMatchObject({ errorCode: ErrorCode.NEW_LEADER_ELECTED })
    expect(fixture.partition('t', 0)).toMatchObject({
      replicas: [2, 4],
      isr: [2, 4],
      leader: 2,
      addingReplicas: [],
      removingReplicas: [],
    })
    expect(list(fixture)).toEqual([])
  })

  test('another order of the same replicas is done at once', async () => {
    const { fixture } = await threeReplicas()
    await move(fixture, [3, 2, 1])
    expect(fixture.partition('t', 0)).toMatchObject({ replicas: [3, 2, 1], isr: [1, 2, 3], leader: 1 })
    expect(fixture.partition('t', 0)?.directories).toEqual([2003, 2002, 2001].map(uuid))
    expect(list(fixture)).toEqual([])
  })

  test('a move can be taken back', async () => {
    const { fixture } = await threeReplicas()
    await fixture.startBroker(4)
    await move(fixture, [4])
    await move(fixture, null)
    expect(fixture.partition('t', 0)).toMatchObject({ replicas: [1, 2, 3], addingReplicas: [], leader: 1 })
    const { responses } = await move(fixture, null)
    expect(responses[0]?.partitions).toMatchObject([{ errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS }])
  })

  test('what cannot be is refused', async () => {
    const { fixture } = await threeReplicas()
    const codeOf = async (replicas: number[], changes = {}) =>
      (await move(fixture, replicas, changes)).responses[0]?.partitions[0]?.errorCode
    expect(await codeOf([9])).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
    expect(await codeOf([])).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT)
    expect(await codeOf([1], { allowReplicationFactorChange: false })).toBe(
      ErrorCode.INVALID_REPLICATION_FACTOR,
    )
    const unknown = { topics: [{ name: 'unknown', partitions: [{ partitionIndex: 0, replicas: [1] }] }] }
    expect(await codeOf([1], unknown)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
})

describe('AssignReplicasToDirs', () => {
  const assign = (fixture: ControllerFixture, topicId: string, directory: string) =>
    fixture.host.run(machine =>
      assignReplicasToDirs(machine, {
        brokerId: 1,
        brokerEpoch: machine.cluster.brokers.get(1)!.epoch,
        directories: [{ id: directory, topics: [{ topicId, partitions: [{ partitionIndex: 0 }] }] }],
      }),
    )

  test('a broker says where it put a replica', async () => {
    const { fixture, topicId } = await threeReplicas()
    await fixture.registerBroker(1, { logDirs: [uuid(2001), uuid(3001)] })
    await assign(fixture, topicId, uuid(3001))
    expect(fixture.partition('t', 0)).toMatchObject({
      directories: [uuid(3001), uuid(2002), uuid(2003)],
      leader: 1,
    })
  })

  test('a replica in a directory that is not online does not lead', async () => {
    const { fixture, topicId } = await threeReplicas()
    await assign(fixture, topicId, uuid(77))
    expect(fixture.partition('t', 0)).toMatchObject({ leader: 2, isr: [2, 3] })
  })
})
