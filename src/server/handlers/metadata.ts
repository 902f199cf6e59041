import type { TopicImage } from '../../metadata/image/topics-image.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { type MetadataRequest, type MetadataResponse, metadataApi } from '../../protocol/messages/metadata.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { ALL_OPERATIONS, OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import type { BrokerServices } from '../broker-services.ts'
import { aliveBrokers, anyOf, viewPartition } from '../cluster-view.ts'
import { handler } from '../handler.ts'
import type { RequestContext } from '../request-context.ts'

type ResponseTopic = MetadataResponse['topics'][number]

/** Before, a client could ask by id but the answer did not fit its needs: names only. */
const IDS_SINCE = 12
/** Before, a leader without the client's listener was LEADER_NOT_AVAILABLE. */
const LISTENER_NOT_FOUND_SINCE = 6

/** v0: an empty list asks for all topics; later null does. */
const asksForAll = ({ topics }: MetadataRequest, apiVersion: number): boolean =>
  topics === null || (apiVersion === 0 && topics.length === 0)

export const metadataHandler = handler(metadataApi, {
  versions: [0, 13],
  handle(request, context, services) {
    const { image } = services.metadata
    if (asksForAll(request, context.apiVersion)) {
      const topics = [...image.topics.byName.values()].map(topic =>
        describeTopic(topic, request, context, services),
      )
      return respond(topics, request, context, services)
    }
    const asked = uniqueTopics(request, context.apiVersion)
    const topics = asked.map(({ name, topicId }) => {
      if (name === null) {
        const topic = image.topics.topicById(topicId)
        return topic === undefined
          ? failedTopic({ name: null, topicId, errorCode: ErrorCode.UNKNOWN_TOPIC_ID })
          : describeTopic(topic, request, context, services)
      }
      const topic = image.topics.topicByName(name)
      return topic === undefined
        ? missingTopic(name, request, context, services)
        : describeTopic(topic, request, context, services)
    })
    // Without a topic to be made the whole answer is ready now, with no promise.
    if (topics.every(topic => !(topic instanceof Promise))) {
      return respond(topics as ResponseTopic[], request, context, services)
    }
    return Promise.all(topics).then(done => respond(done, request, context, services))
  },
  fail(request, { code }) {
    const topics = (request.topics ?? []).map(({ name, topicId }) =>
      failedTopic({ name, topicId, errorCode: code }),
    )
    return { brokers: [], topics, errorCode: code }
  },
})

function uniqueTopics({ topics }: MetadataRequest, apiVersion: number) {
  const byKey = new Map<string, { name: string | null; topicId: string }>()
  const useIds = topics?.some(({ topicId }) => topicId !== ZERO_UUID) === true
  for (const { name, topicId } of topics ?? []) {
    if (apiVersion < IDS_SINCE && (name === null || topicId !== ZERO_UUID)) {
      throw new ApiError(
        ErrorCode.INVALID_REQUEST,
        `Metadata version ${apiVersion} takes topics by name only`,
      )
    }
    if (useIds && topicId === ZERO_UUID) continue
    if (!useIds && name === null)
      throw new ApiError(ErrorCode.INVALID_REQUEST, 'a topic has neither name nor id')
    byKey.set(useIds ? topicId : (name as string), { name: useIds ? null : name, topicId })
  }
  return [...byKey.values()]
}

function respond(
  topics: ResponseTopic[],
  { includeClusterAuthorizedOperations }: MetadataRequest,
  { connection }: RequestContext,
  { metadata, clusterId, world }: BrokerServices,
): MetadataResponse {
  const brokers = aliveBrokers(metadata.image, connection.listenerName)
  return {
    brokers: brokers.map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack: rack ?? null })),
    clusterId,
    // Any broker passes on what is meant for the controller, which clients cannot reach.
    controllerId: anyOf(brokers, world)?.id ?? -1,
    topics,
    clusterAuthorizedOperations: includeClusterAuthorizedOperations
      ? ALL_OPERATIONS.cluster
      : OPERATIONS_NOT_ASKED_FOR,
  }
}

function describeTopic(
  { name, topicId, partitions }: TopicImage,
  { includeTopicAuthorizedOperations }: MetadataRequest,
  { connection, apiVersion }: RequestContext,
  { metadata }: BrokerServices,
): ResponseTopic {
  const missingListener =
    apiVersion >= LISTENER_NOT_FOUND_SINCE ? ErrorCode.LISTENER_NOT_FOUND : ErrorCode.LEADER_NOT_AVAILABLE
  const view = { listenerName: connection.listenerName, missingListener }
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: partitions.map((partition, partitionIndex) => ({
      partitionIndex,
      leaderEpoch: partition.leaderEpoch,
      replicaNodes: partition.replicas,
      isrNodes: partition.isr,
      ...viewPartition(metadata.image, partition, view),
    })),
    topicAuthorizedOperations: includeTopicAuthorizedOperations
      ? ALL_OPERATIONS.topic
      : OPERATIONS_NOT_ASKED_FOR,
  }
}

function failedTopic(topic: { name: string | null; topicId?: string; errorCode: ErrorCode }): ResponseTopic {
  return { isInternal: topic.name !== null && isInternalTopic(topic.name), partitions: [], ...topic }
}

/** A topic that is not there: made on the spot where the broker and the client want that. */
function missingTopic(
  name: string,
  request: MetadataRequest,
  context: RequestContext,
  services: BrokerServices,
): ResponseTopic | Promise<ResponseTopic> {
  if (!services.config.autoCreateTopicsEnable || !request.allowAutoTopicCreation) {
    return failedTopic({ name, errorCode: services.autoTopicCreation.refusal(name) })
  }
  return services.autoTopicCreation.create(name).then(errorCode => {
    const topic = services.metadata.image.topics.topicByName(name)
    if (topic !== undefined) return describeTopic(topic, request, context, services)
    return failedTopic({
      name,
      errorCode: errorCode === ErrorCode.NONE ? ErrorCode.LEADER_NOT_AVAILABLE : errorCode,
    })
  })
}
