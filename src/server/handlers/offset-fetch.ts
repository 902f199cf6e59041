import type {
  FetchedOffsets,
  GroupCoordinator,
  OffsetsToFetch,
} from '../../coordinator/group/group-coordinator.ts'
import type { MetadataImage } from '../../metadata/image/metadata-image.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import {
  type OffsetFetchRequest,
  type OffsetFetchResponse,
  offsetFetchApi,
} from '../../protocol/messages/offset-fetch.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { handler } from '../handler.ts'

type RequestGroup = OffsetFetchRequest['groups'][number]
type ResponseGroup = NonNullable<OffsetFetchResponse['groups']>[number]
type ResponseTopic = ResponseGroup['topics'][number]
type FetchedPartition = FetchedOffsets['topics'][number]['partitions'][number]

const SEVERAL_GROUPS_SINCE = 8
const TOPIC_IDS_SINCE = 10
/** Before, an error of the group is told of each partition. */
const GROUP_ERROR_SINCE = 2
/** Version 0 knew an offset that was never committed as an unknown partition. */
const UNKNOWN_WITHOUT_OFFSET_UNTIL = 0

export const offsetFetchHandler = handler(offsetFetchApi, {
  versions: [0, 10],
  async handle(request, { apiVersion }, { groups, metadata }) {
    const { requireStable } = request
    const { image } = metadata
    if (apiVersion < SEVERAL_GROUPS_SINCE) return fetchOne(request, apiVersion, { groups, image })
    const byId = apiVersion >= TOPIC_IDS_SINCE
    const fetched = request.groups.map(group => fetchGroup(group, { groups, requireStable, image, byId }))
    return { topics: [], groups: await Promise.all(fetched) }
  },
  fail({ groupId, topics, groups }, { code }, { apiVersion }) {
    if (apiVersion < SEVERAL_GROUPS_SINCE) {
      return oneGroup({ groupId, errorCode: code, topics: [] }, topics, apiVersion)
    }
    return {
      topics: [],
      groups: groups.map(group => ({ groupId: group.groupId, topics: [], errorCode: code })),
    }
  },
})

async function fetchOne(
  { groupId, topics, requireStable }: OffsetFetchRequest,
  apiVersion: number,
  { groups, image }: { groups: GroupCoordinator; image: MetadataImage },
): Promise<OffsetFetchResponse> {
  const asked: OffsetsToFetch = {
    groupId,
    memberId: null,
    memberEpoch: -1,
    topics: topics?.map(topic => ({ ...topic, topicId: idOf(topic.name, image) })) ?? null,
  }
  return oneGroup(await groups.fetchOffsets(asked, { requireStable }), topics, apiVersion)
}

function oneGroup(
  { errorCode, topics }: FetchedOffsets,
  asked: OffsetFetchRequest['topics'],
  apiVersion: number,
): OffsetFetchResponse {
  if (errorCode !== ErrorCode.NONE && apiVersion < GROUP_ERROR_SINCE) {
    return { topics: (asked ?? []).map(topic => failedTopic(topic, errorCode)), groups: [] }
  }
  if (apiVersion > UNKNOWN_WITHOUT_OFFSET_UNTIL) return { errorCode, topics, groups: [] }
  return {
    groups: [],
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(unknownWithoutOffset),
    })),
  }
}

function unknownWithoutOffset(partition: FetchedPartition): FetchedPartition {
  return partition.errorCode === ErrorCode.NONE && partition.committedOffset === -1n
    ? { ...partition, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
    : partition
}

async function fetchGroup(
  request: RequestGroup,
  options: {
    groups: GroupCoordinator
    requireStable: boolean
    image: MetadataImage
    /** Topics go by their ids, not by their names. */
    byId: boolean
  },
): Promise<ResponseGroup> {
  const { groups, requireStable, image, byId } = options
  const { groupId, memberId, memberEpoch } = request
  const unknown: ResponseTopic[] = []
  let topics: OffsetsToFetch['topics'] = null
  if (request.topics !== null) {
    topics = request.topics.flatMap(topic => {
      if (!byId) return [{ ...topic, topicId: idOf(topic.name, image) }]
      const name = image.topics.topicById(topic.topicId)?.name
      if (name !== undefined) return [{ ...topic, name }]
      unknown.push(failedTopic(topic, ErrorCode.UNKNOWN_TOPIC_ID))
      return []
    })
  }
  const asked = { groupId, memberId, memberEpoch, topics }
  const fetched = await groups.fetchOffsets(asked, { requireStable })
  if (fetched.errorCode !== ErrorCode.NONE) return { groupId, errorCode: fetched.errorCode, topics: [] }
  const known = fetched.topics.flatMap(({ name, partitions }) => {
    if (!byId) return [{ name, partitions }]
    // All that a group has: a topic that is gone by now has no id to be named by.
    const topicId = image.topics.topicByName(name)?.topicId
    return topicId === undefined ? [] : [{ name, topicId, partitions }]
  })
  return { groupId, errorCode: ErrorCode.NONE, topics: [...known, ...unknown] }
}

/** The zero UUID where there is no such topic. */
function idOf(topic: string, { topics }: MetadataImage): string {
  return topics.topicByName(topic)?.topicId ?? ZERO_UUID
}

function failedTopic(
  topic: { name: string; topicId?: string; partitionIndexes: readonly number[] },
  errorCode: ErrorCode,
) {
  const { name, topicId = ZERO_UUID } = topic
  return {
    name,
    topicId,
    partitions: topic.partitionIndexes.map(partitionIndex => ({
      partitionIndex,
      committedOffset: -1n,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode,
    })),
  }
}
