import type { CommittedTopics } from '../../coordinator/group/group-coordinator.ts'
import type { MetadataImage } from '../../metadata/image/metadata-image.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import {
  type OffsetCommitRequest,
  type OffsetCommitResponse,
  offsetCommitApi,
} from '../../protocol/messages/offset-commit.ts'
import { groupClient } from '../group-client.ts'
import { handler } from '../handler.ts'

type RequestTopic = OffsetCommitRequest['topics'][number]
type ResponseTopic = OffsetCommitResponse['topics'][number]

const TOPIC_IDS_SINCE = 10

/** A topic of the request, and what has become of each of its partitions so far; undefined: to be committed. */
interface CheckedTopic {
  readonly asked: RequestTopic
  readonly name: string
  /** Noted with the offsets, so that they do not count for another topic that is made under this name. */
  readonly topicId: string
  readonly refusals: readonly (ErrorCode | undefined)[]
}

export const offsetCommitHandler = handler(offsetCommitApi, {
  versions: [0, 10],
  async handle(request, context, { groups, metadata }) {
    const { image } = metadata
    const checked = request.topics.map(topic => check(topic, context.apiVersion, image))
    const topics = checked.flatMap(({ asked, name, topicId, refusals }) => {
      const partitions = asked.partitions.filter((_, index) => refusals[index] === undefined)
      return partitions.length === 0 ? [] : [{ name, topicId, partitions }]
    })
    const committed =
      topics.length === 0 ? [] : await groups.commitOffsets({ ...request, topics }, groupClient(context))
    return { topics: merge(checked, committed) }
  },
  fail({ topics }, { code }) {
    return {
      topics: topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
      })),
    }
  },
})

/** Only offsets of partitions that exist are kept. */
function check(asked: RequestTopic, apiVersion: number, { topics }: MetadataImage): CheckedTopic {
  const byId = apiVersion >= TOPIC_IDS_SINCE
  const topic = byId ? topics.topicById(asked.topicId) : topics.topicByName(asked.name)
  const unknownTopic = byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  return {
    asked,
    name: topic?.name ?? asked.name,
    topicId: topic?.topicId ?? asked.topicId,
    refusals: asked.partitions.map(({ partitionIndex }) => {
      if (topic === undefined) return unknownTopic
      return topic.partitions[partitionIndex] === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : undefined
    }),
  }
}

/** What was committed comes in the order in which it was asked for. */
function merge(checked: readonly CheckedTopic[], committed: CommittedTopics): ResponseTopic[] {
  const results = committed.flatMap(({ partitions }) => partitions)
  let next = 0
  return checked.map(({ asked, refusals }) => ({
    name: asked.name,
    topicId: asked.topicId,
    partitions: asked.partitions.map(({ partitionIndex }, index) => ({
      partitionIndex,
      errorCode: refusals[index] ?? results[next++]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR,
    })),
  }))
}
