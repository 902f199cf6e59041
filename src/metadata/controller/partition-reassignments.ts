import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from '../../protocol/messages/alter-partition-reassignments.ts'
import type {
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from '../../protocol/messages/list-partition-reassignments.ts'
import type { PartitionRegistration } from '../image/partition-registration.ts'
import { isReassigning } from '../image/partition-registration.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { outcomeOf, refuseTooManyRecords } from './api-outcome.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { planChange } from './leader-updates.ts'
import { validateAssignment } from './new-partitions.ts'
import type { PartitionTarget } from './partition-change.ts'
import type { ControlledPartition } from './replication-control.ts'

/** Begins to move partitions to other replicas, or takes a move back (replicas null); each partition on its own. */
export function alterPartitionReassignments(
  machine: ControllerMachine,
  request: AlterPartitionReassignmentsRequest,
): ControllerResult<AlterPartitionReassignmentsResponse> {
  const { allowReplicationFactorChange } = request
  const records: MetadataRecord[] = []
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, replicas }) => {
      const outcome = outcomeOf(() => {
        const place = requirePartition(machine, { name, partitionIndex })
        const target =
          replicas === null
            ? revert(machine, place)
            : moveTo(machine, place, { replicas, allowReplicationFactorChange })
        const record = planChange(machine, place, target)
        refuseTooManyRecords(records.length + 1)
        if (record !== undefined) records.push(record)
      })
      return { partitionIndex, ...outcome }
    }),
  }))
  const response = {
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    responses,
  }
  return { records, response }
}

function requirePartition(
  machine: ControllerMachine,
  { name, partitionIndex }: { name: string; partitionIndex: number },
): ControlledPartition {
  const topic = machine.replication.topicByName(name)
  if (topic === undefined) {
    throw new ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `Unable to find a topic named ${name}.`)
  }
  const partition = topic.partitions[partitionIndex]
  if (partition === undefined) {
    const message = `Unable to find partition ${name}:${partitionIndex}.`
    throw new ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message)
  }
  return { topic, partitionId: partitionIndex, partition }
}

/** First the new replicas join the old ones; once they are in sync, those that are to go are taken out. */
function moveTo(
  machine: ControllerMachine,
  { partition }: ControlledPartition,
  wanted: { readonly replicas: readonly number[]; readonly allowReplicationFactorChange: boolean },
): PartitionTarget {
  validateAssignment(wanted.replicas, undefined, machine.cluster)
  const before = replicasBeforeReassignment(partition)
  if (!wanted.allowReplicationFactorChange && wanted.replicas.length !== before.length) {
    const message =
      `The replication factor is changed from ${before.length} to ${wanted.replicas.length}, ` +
      'which the request does not allow.'
    throw new ApiError(ErrorCode.INVALID_REPLICATION_FACTOR, message)
  }
  const addingReplicas = wanted.replicas.filter(replica => !partition.replicas.includes(replica))
  const removingReplicas = partition.replicas.filter(replica => !wanted.replicas.includes(replica))
  return {
    replicas: [...wanted.replicas, ...removingReplicas.toSorted((a, b) => a - b)],
    ...(addingReplicas.length > 0 && { addingReplicas: addingReplicas.toSorted((a, b) => a - b) }),
    ...(removingReplicas.length > 0 && { removingReplicas: removingReplicas.toSorted((a, b) => a - b) }),
  }
}

function revert(machine: ControllerMachine, { topic, partition }: ControlledPartition): PartitionTarget {
  if (!isReassigning(partition)) {
    const message = 'No partition reassignment is in progress.'
    throw new ApiError(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, message)
  }
  const isUncleanEnabled = machine.configs.isUncleanElectionEnabled(topic.name)
  const replicas = replicasBeforeReassignment(partition)
  let isr = partition.isr.filter(replica => !partition.addingReplicas.includes(replica))
  if (isr.length === 0) {
    const [first] = replicas
    if (first === undefined || !isUncleanEnabled) {
      const message =
        `Unable to revert partition assignment for ${topic.name} because it would require an unclean ` +
        'leader election.'
      throw new ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
    }
    isr = [first]
  }
  const election = isUncleanEnabled ? 'unclean' : 'online'
  return { isr, replicas, removingReplicas: [], addingReplicas: [], election }
}

function replicasBeforeReassignment({ replicas, addingReplicas }: PartitionRegistration): number[] {
  return replicas.filter(replica => !addingReplicas.includes(replica))
}

/** The moves under way, of all topics or of those that are asked for. */
export function listPartitionReassignments(
  machine: ControllerMachine,
  { topics: wanted }: ListPartitionReassignmentsRequest,
): ListPartitionReassignmentsResponse {
  const places =
    wanted === null
      ? machine.replication
          .reassigningTopics()
          .map(topic => ({ topic, indexes: [...topic.partitions.keys()] }))
      : wanted.map(({ name, partitionIndexes }) => ({
          topic: machine.replication.topicByName(name),
          indexes: partitionIndexes,
        }))
  const topics = places.flatMap(({ topic, indexes }) => {
    const partitions = indexes.flatMap(partitionIndex => {
      const partition = topic?.partitions[partitionIndex]
      if (partition === undefined || !isReassigning(partition)) return []
      const { replicas, addingReplicas, removingReplicas } = partition
      return [{ partitionIndex, replicas, addingReplicas, removingReplicas }]
    })
    return topic === undefined || partitions.length === 0 ? [] : [{ name: topic.name, partitions }]
  })
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, topics }
}
