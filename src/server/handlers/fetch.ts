import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { type FetchRequest, type FetchResponse, fetchApi } from '../../protocol/messages/fetch.ts'
import type { FetchParameters, FetchTarget } from '../../replica/delayed-fetch.ts'
import type { FetchedPartition } from '../../replica/fetched-partition.ts'
import type { FetchIsolation } from '../../replica/partition-read.ts'
import type { BrokerServices } from '../broker-services.ts'
import type { FetchContext, FetchedName, PartitionNews, WantedPartition } from '../fetch-sessions.ts'
import { handler } from '../handler.ts'
import { LeaderHints } from '../leader-hints.ts'
import type { RequestContext } from '../request-context.ts'

type ResponsePartition = FetchResponse['responses'][number]['partitions'][number]

const STORAGE_ERROR_SINCE = 6
const FOLLOWER_READS_SINCE = 11
const TOPIC_IDS_SINCE = 13
const REPLICA_STATE_SINCE = 15
const LEADER_HINTS_SINCE = 16

/** "None" on the wire: offsets, epochs and the replica id of a consumer. */
const NONE = -1
const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1

/** One partition of the response, and what the session looks at. */
interface Answer extends PartitionNews {
  readonly response: ResponsePartition
}

export const fetchHandler = handler(fetchApi, {
  versions: [4, 18],
  handle(request, context, services) {
    const session = openSession(request, context, services)
    if (session.errorCode !== ErrorCode.NONE) return respond(session, [], context, services)
    const parameters = parametersOf(request, context, services)
    const unknown: Answer[] = []
    const known: WantedPartition[] = []
    for (const wanted of session.wanted) {
      const problem = problemOf(wanted, services)
      if (problem === ErrorCode.NONE) known.push(wanted)
      else unknown.push(failedAnswer(wanted, problem))
    }
    const finish = (fetched: readonly FetchedPartition[]): FetchResponse => {
      const answers = fetched.map((each, index) => answerOf(known[index] as WantedPartition, each, context))
      return respond(session, [...answers, ...unknown], context, services)
    }
    if (known.length === 0) return finish([])
    const fetched = services.replicas.fetch(known.map(targetOf), parameters)
    return fetched instanceof Promise ? fetched.then(finish) : finish(fetched)
  },
  fail({ topics }, { code }, { apiVersion }) {
    // With ids the error stands at the top alone: a client may not know what they are about.
    if (apiVersion >= TOPIC_IDS_SINCE) return { errorCode: code, responses: [] }
    const responses = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => failedPartition(partition, code)),
    }))
    return { errorCode: code, responses }
  },
})

function openSession(
  request: FetchRequest,
  { apiVersion }: RequestContext,
  { fetchSessions, metadata }: BrokerServices,
): FetchContext {
  const usesTopicIds = apiVersion >= TOPIC_IDS_SINCE
  const topicName = (topicId: string) => metadata.image.topics.topicById(topicId)?.name
  const nameOf = (topic: { topic: string; topicId: string }, partition: number): FetchedName =>
    usesTopicIds
      ? { topic: topicName(topic.topicId), topicId: topic.topicId, partition }
      : { topic: topic.topic, topicId: undefined, partition }
  return fetchSessions.open({
    sessionId: request.sessionId,
    sessionEpoch: request.sessionEpoch,
    usesTopicIds,
    isFollower: replicaIdOf(request, apiVersion) >= 0,
    wanted: request.topics.flatMap(topic =>
      topic.partitions.map(wanted => ({
        ...nameOf(topic, wanted.partition),
        currentLeaderEpoch: wanted.currentLeaderEpoch,
        fetchOffset: wanted.fetchOffset,
        lastFetchedEpoch: wanted.lastFetchedEpoch,
        logStartOffset: wanted.logStartOffset,
        maxBytes: wanted.partitionMaxBytes,
      })),
    ),
    forgotten: request.forgottenTopicsData.flatMap(topic =>
      topic.partitions.map(partition => nameOf(topic, partition)),
    ),
    topicName,
  })
}

function replicaIdOf({ replicaId, replicaState }: FetchRequest, apiVersion: number): number {
  return apiVersion >= REPLICA_STATE_SINCE ? replicaState.replicaId : replicaId
}

function parametersOf(
  request: FetchRequest,
  { apiVersion }: RequestContext,
  { config }: BrokerServices,
): FetchParameters {
  const replicaId = replicaIdOf(request, apiVersion)
  const { replicaEpoch } = request.replicaState
  const isConsumer = replicaId === NONE
  const maxBytes = Math.max(0, Math.min(request.maxBytes, config.fetchMaxBytes))
  return {
    isolation: isConsumer ? isolationOf(request.isolationLevel) : 'log-end',
    // Newer consumers may read from a follower (KIP-392).
    leaderOnly: replicaId >= 0 || (isConsumer && apiVersion < FOLLOWER_READS_SINCE),
    follower:
      replicaId >= 0
        ? { replicaId, brokerEpoch: replicaEpoch === NONE ? undefined : replicaEpoch }
        : undefined,
    maxWaitMs: request.maxWaitMs,
    minBytes: Math.min(request.minBytes, maxBytes),
    maxBytes,
  }
}

function isolationOf(isolationLevel: number): FetchIsolation {
  if (isolationLevel === READ_UNCOMMITTED) return 'high-watermark'
  if (isolationLevel === READ_COMMITTED) return 'last-stable-offset'
  throw new ApiError(ErrorCode.INVALID_REQUEST, `There is no isolation level ${isolationLevel}.`)
}

function problemOf({ topic, partition }: WantedPartition, { metadata }: BrokerServices): ErrorCode {
  if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
  return metadata.image.topics.partition(topic, partition) === undefined
    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    : ErrorCode.NONE
}

function targetOf(wanted: WantedPartition): FetchTarget {
  const { topic, topicId, partition, currentLeaderEpoch, lastFetchedEpoch, logStartOffset } = wanted
  return {
    topic: topic as string,
    topicId,
    partition,
    fetchOffset: wanted.fetchOffset,
    maxBytes: Math.max(0, wanted.maxBytes),
    currentLeaderEpoch: currentLeaderEpoch === NONE ? undefined : currentLeaderEpoch,
    lastFetchedEpoch: lastFetchedEpoch < 0 ? undefined : lastFetchedEpoch,
    logStartOffset: logStartOffset === NONE ? undefined : logStartOffset,
  }
}

function answerOf(
  wanted: WantedPartition,
  fetched: FetchedPartition,
  { apiVersion }: RequestContext,
): Answer {
  const { errorCode, offsets, divergingEpoch, buffers, sizeBytes, abortedTransactions } = fetched
  if (offsets === undefined) return failedAnswer(wanted, errorForVersion(errorCode, apiVersion))
  const { highWatermark, lastStableOffset, logStartOffset } = offsets
  return {
    of: wanted,
    errorCode,
    highWatermark,
    logStartOffset,
    sizeBytes,
    hasDivergingEpoch: divergingEpoch !== undefined,
    response: {
      partitionIndex: wanted.partition,
      errorCode,
      highWatermark,
      lastStableOffset,
      logStartOffset,
      abortedTransactions: abortedTransactions ?? null,
      records: buffers,
      ...(divergingEpoch !== undefined && {
        divergingEpoch: { epoch: divergingEpoch.leaderEpoch, endOffset: divergingEpoch.endOffset },
      }),
    },
  }
}

/** Older clients do not know of failed disks: they are to look for another leader. */
function errorForVersion(errorCode: ErrorCode, apiVersion: number): ErrorCode {
  return errorCode === ErrorCode.KAFKA_STORAGE_ERROR && apiVersion < STORAGE_ERROR_SINCE
    ? ErrorCode.NOT_LEADER_OR_FOLLOWER
    : errorCode
}

function failedAnswer(wanted: WantedPartition, errorCode: ErrorCode): Answer {
  return {
    of: wanted,
    errorCode,
    highWatermark: NONE,
    logStartOffset: NONE,
    sizeBytes: 0,
    hasDivergingEpoch: false,
    response: failedPartition(wanted.partition, errorCode),
  }
}

/** Some clients stumble over records that are null. */
function failedPartition(partitionIndex: number, errorCode: ErrorCode): ResponsePartition {
  return { partitionIndex, errorCode, highWatermark: NONE, abortedTransactions: null, records: [] }
}

function respond(
  session: FetchContext,
  answers: readonly Answer[],
  { apiVersion, connection }: RequestContext,
  { metadata }: BrokerServices,
): FetchResponse {
  const { errorCode, sessionId, news } = session.answer(answers)
  const hints = new LeaderHints(metadata.image, connection.listenerName)
  const responses: { topic: string; topicId: string; partitions: ResponsePartition[] }[] = []
  for (const { of, errorCode: partitionError, response } of news) {
    const { topic = '', topicId = '' } = of
    const partition =
      apiVersion >= LEADER_HINTS_SINCE && isElsewhere(partitionError)
        ? { ...response, currentLeader: hints.of(topic, of.partition) }
        : response
    const last = responses.at(-1)
    // The order of partitions counts; a topic may come more than once.
    if (last !== undefined && last.topic === topic && last.topicId === topicId)
      last.partitions.push(partition)
    else responses.push({ topic, topicId, partitions: [partition] })
  }
  return { errorCode, sessionId, responses, nodeEndpoints: hints.endpoints }
}

function isElsewhere(errorCode: number): boolean {
  return errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER || errorCode === ErrorCode.FENCED_LEADER_EPOCH
}
