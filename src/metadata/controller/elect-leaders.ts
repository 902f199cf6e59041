import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { ElectLeadersRequest, ElectLeadersResponse } from '../../protocol/messages/elect-leaders.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import type { ApiOutcome } from './api-outcome.ts'
import { failure, refuseTooManyRecords, SUCCESS } from './api-outcome.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { planChange } from './leader-updates.ts'
import type { ControlledTopic } from './replication-control.ts'

/** Election types on the wire (org.apache.kafka.common.ElectionType). */
const PREFERRED = 0
const UNCLEAN = 1

/** Has partitions led by their first replica, or by any live one where there is no leader; of all topics when none are named. */
export function electLeaders(
  machine: ControllerMachine,
  request: ElectLeadersRequest,
): ControllerResult<ElectLeadersResponse> {
  const { electionType, topicPartitions } = request
  if (electionType !== PREFERRED && electionType !== UNCLEAN) {
    throw new ApiError(ErrorCode.INVALID_REQUEST, `Unknown election type ${electionType}`)
  }
  const records: MetadataRecord[] = []
  const elect = (topic: ControlledTopic | undefined, partitionId: number) => {
    const { outcome, record } = electLeader(machine, {
      topic,
      partitionId,
      isUnclean: electionType === UNCLEAN,
    })
    if (record !== undefined) records.push(record)
    return { partitionId, ...outcome }
  }
  const wanted = topicPartitions ?? allPartitions(machine)
  const replicaElectionResults = wanted.map(({ topic: name, partitions }) => {
    const topic = machine.replication.topicByName(name)
    const results = partitions.map(partitionId =>
      topic === undefined
        ? {
            partitionId,
            ...failure(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `No such topic as ${name}`),
          }
        : elect(topic, partitionId),
    )
    // Asked for all, those that need none are left out.
    const isAll = topicPartitions === null
    const told = isAll
      ? results.filter(({ errorCode }) => errorCode !== ErrorCode.ELECTION_NOT_NEEDED)
      : results
    return { topic: name, partitionResult: told }
  })
  refuseTooManyRecords(records.length)
  return { records, response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, replicaElectionResults } }
}

function allPartitions(machine: ControllerMachine): { topic: string; partitions: number[] }[] {
  return [...machine.replication.topics()].map(({ name, partitions }) => ({
    topic: name,
    partitions: [...partitions.keys()],
  }))
}

function electLeader(
  machine: ControllerMachine,
  place: { topic: ControlledTopic | undefined; partitionId: number; isUnclean: boolean },
): { outcome: ApiOutcome; record?: MetadataRecord } {
  const { topic, partitionId, isUnclean } = place
  const partition = topic?.partitions[partitionId]
  if (topic === undefined || partition === undefined) {
    const message = `No such partition as ${topic?.name}-${partitionId}`
    return { outcome: failure(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message) }
  }
  const isNotNeeded = isUnclean
    ? partition.leader !== undefined
    : partition.leader !== undefined && partition.leader === partition.replicas[0]
  if (isNotNeeded) {
    const message = 'Leader election not needed for topic partition.'
    return { outcome: failure(ErrorCode.ELECTION_NOT_NEEDED, message) }
  }
  const election = isUnclean ? 'unclean' : 'preferred'
  const record = planChange(machine, { topic, partitionId, partition }, { election })
  if (record !== undefined) return { outcome: SUCCESS, record }
  return {
    outcome: isUnclean
      ? failure(
          ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
          'Eligible topic partition leaders are not available.',
        )
      : failure(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, 'The preferred leader was not available.'),
  }
}

/** Partitions whose first replica could lead and does not are given to it: `auto.leader.rebalance.enable`. */
export function balanceLeaders(
  machine: ControllerMachine,
  { maxElections }: { maxElections: number },
): ControllerResult<number> {
  const imbalanced = machine.replication.partitionsWhere(
    ({ leader, replicas }) => leader !== undefined && leader !== replicas[0],
  )
  const records: MetadataRecord[] = []
  for (const place of imbalanced) {
    if (records.length >= maxElections) break
    const record = planChange(machine, place, { election: 'preferred' })
    if (record !== undefined) records.push(record)
  }
  return { records, response: records.length }
}
