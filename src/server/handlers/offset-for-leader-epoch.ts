import type { ErrorCode } from '../../protocol/error-code.ts'
import {
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
  offsetForLeaderEpochApi,
} from '../../protocol/messages/offset-for-leader-epoch.ts'
import type { BrokerServices } from '../broker-services.ts'
import { handler } from '../handler.ts'

type RequestPartition = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number]
type ResponsePartition = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number]

/** "None" on the wire. */
const NONE = -1

export const offsetForLeaderEpochHandler = handler(offsetForLeaderEpochApi, {
  versions: [0, 4],
  handle({ topics }, _context, services) {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(partition => endOfEpoch(topic, partition, services)),
      })),
    }
  },
  fail({ topics }, { code }) {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => failed(partition, code)),
      })),
    }
  },
})

function failed(partition: number, errorCode: ErrorCode): ResponsePartition {
  return { errorCode, partition, leaderEpoch: NONE, endOffset: NONE }
}

function endOfEpoch(
  topic: string,
  { partition, currentLeaderEpoch, leaderEpoch }: RequestPartition,
  { replicas }: BrokerServices,
): ResponsePartition {
  const held = replicas.find({ topic, partition })
  if (typeof held === 'number') return failed(partition, held)
  const { errorCode, found } = held.endOffsetForEpoch(leaderEpoch, {
    currentLeaderEpoch: currentLeaderEpoch === NONE ? undefined : currentLeaderEpoch,
    leaderOnly: true,
  })
  if (found === undefined) return failed(partition, errorCode)
  return { errorCode, partition, leaderEpoch: found.leaderEpoch, endOffset: found.endOffset }
}
