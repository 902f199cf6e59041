import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import {
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  listOffsetsApi,
} from '../../protocol/messages/list-offsets.ts'
import { type FoundOffset, noOffset, type OffsetQuery } from '../../replica/offset-lookup.ts'
import type { FetchIsolation } from '../../replica/partition-read.ts'
import type { BrokerServices } from '../broker-services.ts'
import { handler } from '../handler.ts'

type RequestPartition = ListOffsetsRequest['topics'][number]['partitions'][number]
type ResponsePartition = ListOffsetsResponse['topics'][number]['partitions'][number]

/** Timestamps below zero that ask for a place, and since when (ListOffsetsRequest). */
const PLACES: ReadonlyMap<bigint, { readonly query: OffsetQuery; readonly since: number }> = new Map<
  bigint,
  { query: OffsetQuery; since: number }
>([
  [-1n, { query: 'latest', since: 1 }],
  [-2n, { query: 'earliest', since: 1 }],
  [-3n, { query: 'max-timestamp', since: 7 }],
  [-4n, { query: 'earliest-local', since: 8 }],
  [-5n, { query: 'latest-tiered', since: 9 }],
  [-6n, { query: 'earliest-pending-upload', since: 11 }],
])

const OFFSET_NOT_AVAILABLE_SINCE = 5

/** Replica ids: a consumer, and a tool that may ask any replica. */
const CONSUMER = -1
const DEBUGGING = -2

/** "None" on the wire. */
const NONE = -1
const NO_TIMESTAMP = -1n

const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1

export const listOffsetsHandler = handler(listOffsetsApi, {
  versions: [1, 11],
  handle(request, { apiVersion }, services) {
    const asker = {
      isolation: request.replicaId === CONSUMER ? isolationOf(request.isolationLevel) : 'log-end',
      leaderOnly: request.replicaId !== DEBUGGING,
    } as const
    const topics = request.topics.map(({ name, partitions }) => {
      const counts = countPartitions(partitions)
      return {
        name,
        partitions: partitions
          // Of a partition that is asked for twice neither can be told apart: one answer, an error.
          .filter(({ partitionIndex }, index) => counts.get(partitionIndex)?.first === index)
          .map(partition => ({
            partition,
            found:
              counts.get(partition.partitionIndex)?.count === 1
                ? lookUp(name, partition, { ...asker, apiVersion }, services)
                : noOffset(ErrorCode.INVALID_REQUEST),
          })),
      }
    })
    const answer = topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partition, found }) => respond(partition, await found, apiVersion)),
      ),
    }))
    return Promise.all(answer).then(answered => ({ throttleTimeMs: 0, topics: answered }))
  },
  fail({ topics }, { code }, { apiVersion }) {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(partition => respond(partition, noOffset(code), apiVersion)),
      })),
    }
  },
})

function isolationOf(isolationLevel: number): FetchIsolation {
  if (isolationLevel === READ_UNCOMMITTED) return 'high-watermark'
  if (isolationLevel === READ_COMMITTED) return 'last-stable-offset'
  throw new ApiError(ErrorCode.INVALID_REQUEST, `There is no isolation level ${isolationLevel}.`)
}

function countPartitions(
  partitions: readonly RequestPartition[],
): Map<number, { first: number; count: number }> {
  const counts = new Map<number, { first: number; count: number }>()
  for (const [index, { partitionIndex }] of partitions.entries()) {
    const seen = counts.get(partitionIndex)
    if (seen === undefined) counts.set(partitionIndex, { first: index, count: 1 })
    else seen.count++
  }
  return counts
}

function lookUp(
  topic: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: RequestPartition,
  asker: { isolation: FetchIsolation; leaderOnly: boolean; apiVersion: number },
  { replicas }: BrokerServices,
): FoundOffset | Promise<FoundOffset> {
  const query = queryOf(timestamp, asker.apiVersion)
  if (query === undefined) return noOffset(ErrorCode.UNSUPPORTED_VERSION)
  const partition = replicas.find({ topic, partition: partitionIndex })
  if (typeof partition === 'number') return noOffset(partition)
  return partition.listOffset(query, {
    isolation: asker.isolation,
    leaderOnly: asker.leaderOnly,
    currentLeaderEpoch: currentLeaderEpoch === NONE ? undefined : currentLeaderEpoch,
  })
}

function queryOf(timestamp: bigint, apiVersion: number): OffsetQuery | undefined {
  if (timestamp >= 0n) return { atOrAfter: timestamp }
  const place = PLACES.get(timestamp)
  return place !== undefined && apiVersion >= place.since ? place.query : undefined
}

function respond(
  { partitionIndex }: RequestPartition,
  found: FoundOffset,
  apiVersion: number,
): ResponsePartition {
  const errorCode =
    found.errorCode === ErrorCode.OFFSET_NOT_AVAILABLE && apiVersion < OFFSET_NOT_AVAILABLE_SINCE
      ? ErrorCode.LEADER_NOT_AVAILABLE
      : found.errorCode
  return {
    partitionIndex,
    errorCode,
    timestamp: found.timestamp ?? NO_TIMESTAMP,
    offset: found.offset ?? NONE,
    leaderEpoch: found.leaderEpoch ?? NONE,
  }
}
