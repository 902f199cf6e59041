import type { CommandContext } from '../../machine/machine.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
} from '../../protocol/messages/create-partitions.ts'
import type { PartitionRegistration } from '../image/partition-registration.ts'
import { partitionToRecord } from '../image/partition-registration.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { outcomeOf, refuseTooManyRecords } from './api-outcome.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { assignedPartition, placedPartition } from './new-partitions.ts'
import { placeReplicas } from './replica-placement.ts'
import type { ControlledTopic } from './replication-control.ts'
import { groupByName } from './request-topics.ts'

type TopicRequest = CreatePartitionsRequest['topics'][number]

/** Adds partitions to topics, each topic on its own. */
export function createPartitions(
  machine: ControllerMachine,
  request: CreatePartitionsRequest,
  at: CommandContext,
): ControllerResult<CreatePartitionsResponse> {
  const records: MetadataRecord[] = []
  const results = [...groupByName(request.topics)].map(([name, { topic, count }]) => {
    const outcome = outcomeOf(() => {
      if (count > 1) throw new ApiError(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')
      const added = addPartitions(machine, topic, at)
      refuseTooManyRecords(records.length + added.length)
      for (const record of added) records.push(record)
    })
    return { name, ...outcome }
  })
  return { records: request.validateOnly ? [] : records, response: { throttleTimeMs: 0, results } }
}

function addPartitions(
  machine: ControllerMachine,
  request: TopicRequest,
  at: CommandContext,
): MetadataRecord[] {
  const topic = machine.replication.topicByName(request.name)
  if (topic === undefined) {
    const message = 'This server does not host this topic-partition.'
    throw new ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message)
  }
  const existing = topic.partitions.length
  if (request.count === existing) {
    throw new ApiError(ErrorCode.INVALID_PARTITIONS, `Topic already has ${existing} partition(s).`)
  }
  if (request.count < existing) {
    const message =
      `The topic ${request.name} currently has ${existing} partition(s); ` +
      `${request.count} would not be an increase.`
    throw new ApiError(ErrorCode.INVALID_PARTITIONS, message)
  }
  const { topicId } = topic
  const { metadataVersion } = machine.features
  return newPartitions(machine, topic, request, at).map((partition, index) =>
    partitionToRecord(partition, { topicId, partitionId: existing + index, metadataVersion }),
  )
}

function newPartitions(
  machine: ControllerMachine,
  topic: ControlledTopic,
  { count, assignments }: TopicRequest,
  at: CommandContext,
): PartitionRegistration[] {
  const { cluster } = machine
  const existing = topic.partitions.length
  const partitionCount = count - existing
  refuseTooManyRecords(partitionCount)
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1
  if (assignments === null) {
    const placements = placeReplicas(
      { partitionCount, replicationFactor },
      cluster.usableBrokers(),
      at.random,
    )
    return placements.map(replicas => placedPartition(replicas, cluster))
  }
  if (assignments.length !== partitionCount) {
    const message =
      `Attempted to add ${partitionCount} additional partition(s), but only ` +
      `${assignments.length} assignment(s) were specified.`
    throw new ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
  }
  return assignments.map(({ brokerIds }, index) =>
    assignedPartition({ partitionId: existing + index, replicas: brokerIds }, replicationFactor, cluster),
  )
}
