import type { TopicImage } from '../../metadata/image/topics-image.ts'
import { isInternalTopic, isLegalTopicName } from '../../metadata/topic-name.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import {
  type DescribeTopicPartitionsResponse,
  describeTopicPartitionsApi,
} from '../../protocol/messages/describe-topic-partitions.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { ALL_OPERATIONS } from '../authorized-operations.ts'
import type { BrokerServices } from '../broker-services.ts'
import { viewPartition } from '../cluster-view.ts'
import { handler } from '../handler.ts'

type ResponseTopic = DescribeTopicPartitionsResponse['topics'][number]
type Cursor = { readonly topicName: string; readonly partitionIndex: number }

export const describeTopicPartitionsHandler = handler(describeTopicPartitionsApi, {
  versions: [0, 0],
  handle({ topics, responsePartitionLimit, cursor }, { connection }, services) {
    if (cursor !== null && cursor.partitionIndex < 0) {
      throw new ApiError(ErrorCode.INVALID_REQUEST, 'The cursor names a partition below 0.')
    }
    const limit = Math.min(services.config.maxRequestPartitionSizeLimit, Math.max(1, responsePartitionLimit))
    const described: ResponseTopic[] = []
    let left = limit
    for (const name of namesToDescribe(topics, cursor, services)) {
      const topic = services.metadata.image.topics.topicByName(name)
      if (topic === undefined) {
        described.push(missingTopic(name))
        continue
      }
      const from = cursor?.topicName === name ? cursor.partitionIndex : 0
      const until = Math.min(topic.partitions.length, from + left)
      described.push(describe(topic, { from, until }, connection.listenerName, services))
      left -= until - from
      if (until < topic.partitions.length) {
        return answer(described, { topicName: name, partitionIndex: until })
      }
    }
    return answer(described, null)
  },
  fail({ topics }, { code }) {
    return answer(
      topics.map(({ name }) => ({ ...missingTopic(name), errorCode: code })),
      null,
    )
  },
})

const answer = (topics: ResponseTopic[], nextCursor: Cursor | null) => ({
  throttleTimeMs: 0,
  topics,
  nextCursor,
})

/** In the order of names, from the cursor's on; no topic named asks for all. */
function namesToDescribe(
  topics: readonly { name: string }[],
  cursor: Cursor | null,
  services: BrokerServices,
): string[] {
  const all = topics.length === 0
  const names = all
    ? [...services.metadata.image.topics.byName.keys()]
    : [...new Set(topics.map(({ name }) => name))]
  return names.filter(name => cursor === null || name >= cursor.topicName).sort()
}

function missingTopic(name: string): ResponseTopic {
  const errorCode = isLegalTopicName(name)
    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    : ErrorCode.INVALID_TOPIC_EXCEPTION
  return { errorCode, name, topicId: ZERO_UUID, isInternal: isInternalTopic(name), partitions: [] }
}

function describe(
  { name, topicId, partitions }: TopicImage,
  range: { from: number; until: number },
  listenerName: string,
  { metadata }: BrokerServices,
): ResponseTopic {
  const view = { listenerName, missingListener: ErrorCode.LISTENER_NOT_FOUND }
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: partitions.slice(range.from, range.until).map((partition, i) => ({
      partitionIndex: range.from + i,
      leaderEpoch: partition.leaderEpoch,
      replicaNodes: partition.replicas,
      isrNodes: partition.isr,
      eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
      lastKnownElr: partition.lastKnownElr,
      ...viewPartition(metadata.image, partition, view),
    })),
    topicAuthorizedOperations: ALL_OPERATIONS.topic,
  }
}
