import type { CommandContext } from '../../machine/machine.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../protocol/messages/create-topics.ts'
import { uuidFromRandom } from '../../protocol/uuid.ts'
import { ConfigResourceType } from '../image/configs-image.ts'
import type { PartitionRegistration } from '../image/partition-registration.ts'
import { partitionToRecord } from '../image/partition-registration.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { CLUSTER_METADATA_TOPIC, invalidTopicName } from '../topic-name.ts'
import { outcomeOf, refuseTooManyRecords } from './api-outcome.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { assignedPartition, placedPartition } from './new-partitions.ts'
import { placeReplicas } from './replica-placement.ts'
import { groupByName } from './request-topics.ts'

type TopicRequest = CreateTopicsRequest['topics'][number]
type TopicResponse = CreateTopicsResponse['topics'][number]

/** What a request leaves to the broker's configuration. */
export interface TopicDefaults {
  /** `num.partitions` */
  readonly partitionCount: number
  /** `default.replication.factor` */
  readonly replicationFactor: number
}

const UNSET = -1

/** Makes topics with their partitions and settings, each on its own: one that fails takes no other with it. */
export function createTopics(
  machine: ControllerMachine,
  request: CreateTopicsRequest,
  at: CommandContext,
  defaults: TopicDefaults,
): ControllerResult<CreateTopicsResponse> {
  const records: MetadataRecord[] = []
  const topics = [...groupByName(request.topics)].map(([name, { topic, count }]): TopicResponse => {
    let created: TopicResponse | undefined
    const outcome = outcomeOf(() => {
      if (count > 1) throw new ApiError(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')
      validateName(machine, name)
      const { topicRecords, response } = createTopic(machine, topic, at, defaults)
      refuseTooManyRecords(records.length + topicRecords.length)
      for (const record of topicRecords) records.push(record)
      created = response
    })
    return created ?? { name, configs: null, ...outcome }
  })
  return { records: request.validateOnly ? [] : records, response: { topics } }
}

function validateName(machine: ControllerMachine, name: string): void {
  if (name === CLUSTER_METADATA_TOPIC) {
    const message = `Creation of internal topic ${name} is prohibited.`
    throw new ApiError(ErrorCode.INVALID_REQUEST, message)
  }
  const problem = invalidTopicName(name)
  if (problem !== undefined) throw new ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem)
  if (machine.replication.topicByName(name) !== undefined) {
    throw new ApiError(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`)
  }
  const other = machine.replication.collidingTopic(name)
  if (other !== undefined) {
    const message = `Topic '${name}' collides with existing topic: ${other}`
    throw new ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, message)
  }
}

function createTopic(
  machine: ControllerMachine,
  topic: TopicRequest,
  at: CommandContext,
  defaults: TopicDefaults,
): { topicRecords: MetadataRecord[]; response: TopicResponse } {
  const configs = topicConfigs(machine, topic)
  const partitions =
    topic.assignments.length > 0
      ? assignPartitions(machine, topic)
      : placePartitions(machine, topic, at, defaults)
  const { name } = topic
  const topicId = randomTopicId(at)
  const { metadataVersion } = machine.features
  // In Kafka's order: the topic, its settings, its partitions.
  const topicRecords = [
    metadataRecord('TopicRecord', 0, { name, topicId }),
    ...[...configs].map(([key, value]) =>
      metadataRecord('ConfigRecord', 0, {
        resourceType: ConfigResourceType.TOPIC,
        resourceName: name,
        name: key,
        value,
      }),
    ),
    ...partitions.map((partition, partitionId) =>
      partitionToRecord(partition, { topicId, partitionId, metadataVersion }),
    ),
  ]
  const { clusterDefaults, schema } = machine.configs
  const response = {
    name,
    topicId,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? UNSET,
    configs: schema.effectiveTopicConfigs({ topic: configs, clusterDefaults }).map(config => ({
      name: config.name,
      value: config.isSensitive ? null : (config.value ?? null),
      readOnly: false,
      configSource: config.source,
      isSensitive: config.isSensitive,
    })),
  }
  return { topicRecords, response }
}

function topicConfigs(machine: ControllerMachine, topic: TopicRequest): Map<string, string> {
  const configs = new Map<string, string>()
  const nulls: string[] = []
  for (const { name, value } of topic.configs) {
    if (value === null) nulls.push(name)
    else configs.set(name, value)
  }
  if (nulls.length > 0) {
    const message = `Null value not supported for topic configs: ${nulls.join(',')}`
    throw new ApiError(ErrorCode.INVALID_CONFIG, message)
  }
  const resource = { type: ConfigResourceType.TOPIC, name: topic.name }
  const problem = machine.configs.schema.validate(resource, configs)
  if (problem !== undefined) throw new ApiError(ErrorCode.INVALID_CONFIG, problem)
  return configs
}

function assignPartitions(machine: ControllerMachine, topic: TopicRequest): PartitionRegistration[] {
  if (topic.replicationFactor !== UNSET) {
    const message = 'A manual partition assignment was specified, but replication factor was not set to -1.'
    throw new ApiError(ErrorCode.INVALID_REQUEST, message)
  }
  if (topic.numPartitions !== UNSET) {
    const message = 'A manual partition assignment was specified, but numPartitions was not set to -1.'
    throw new ApiError(ErrorCode.INVALID_REQUEST, message)
  }
  const partitions = new Map<number, PartitionRegistration>()
  let replicationFactor: number | undefined
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (partitions.has(partitionIndex)) {
      const message = `Found multiple manual partition assignments for partition ${partitionIndex}`
      throw new ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
    }
    const assignment = { partitionId: partitionIndex, replicas: brokerIds }
    partitions.set(partitionIndex, assignedPartition(assignment, replicationFactor, machine.cluster))
    replicationFactor = brokerIds.length
  }
  return Array.from({ length: partitions.size }, (_, index) => {
    const partition = partitions.get(index)
    if (partition !== undefined) return partition
    const message = 'partitions should be a consecutive 0-based integer sequence'
    throw new ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
  })
}

function placePartitions(
  machine: ControllerMachine,
  topic: TopicRequest,
  at: CommandContext,
  defaults: TopicDefaults,
): PartitionRegistration[] {
  if (topic.replicationFactor < UNSET || topic.replicationFactor === 0) {
    const message = 'Replication factor must be larger than 0, or -1 to use the default value.'
    throw new ApiError(ErrorCode.INVALID_REPLICATION_FACTOR, message)
  }
  if (topic.numPartitions < UNSET || topic.numPartitions === 0) {
    const message = 'Number of partitions was set to an invalid non-positive value.'
    throw new ApiError(ErrorCode.INVALID_PARTITIONS, message)
  }
  const partitionCount = topic.numPartitions === UNSET ? defaults.partitionCount : topic.numPartitions
  const replicationFactor =
    topic.replicationFactor === UNSET ? defaults.replicationFactor : topic.replicationFactor
  refuseTooManyRecords(partitionCount)
  const { cluster } = machine
  try {
    const placements = placeReplicas(
      { partitionCount, replicationFactor },
      cluster.usableBrokers(),
      at.random,
    )
    return placements.map(replicas => placedPartition(replicas, cluster))
  } catch (error) {
    if (!(error instanceof ApiError) || error.message.startsWith('Unable to replicate')) throw error
    const message = `Unable to replicate the partition ${replicationFactor} time(s): ${error.message}`
    throw new ApiError(error.code, message)
  }
}

function randomTopicId(at: CommandContext): string {
  for (;;) {
    const topicId = uuidFromRandom(at.random.bytes(16))
    if (topicId !== undefined) return topicId
  }
}
