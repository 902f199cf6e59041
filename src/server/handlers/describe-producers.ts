import { isLegalTopicName } from '../../metadata/topic-name.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import {
  type DescribeProducersResponse,
  describeProducersApi,
} from '../../protocol/messages/describe-producers.ts'
import type { BrokerServices } from '../broker-services.ts'
import { handler } from '../handler.ts'

type ResponsePartition = DescribeProducersResponse['topics'][number]['partitions'][number]

/** "None" on the wire. */
const NO_OFFSET = -1

export const describeProducersHandler = handler(describeProducersApi, {
  versions: [0, 0],
  handle({ topics }, _context, services) {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map(partitionIndex => describe(name, partitionIndex, services)),
      })),
    }
  },
  fail({ topics }, { code, message }) {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map(index => failed(index, code, message)),
      })),
    }
  },
})

function failed(
  partitionIndex: number,
  errorCode: ErrorCode,
  errorMessage: string | null,
): ResponsePartition {
  return { partitionIndex, errorCode, errorMessage, activeProducers: [] }
}

function describe(topic: string, partitionIndex: number, { replicas }: BrokerServices): ResponsePartition {
  if (!isLegalTopicName(topic)) {
    return failed(partitionIndex, ErrorCode.INVALID_TOPIC_EXCEPTION, `'${topic}' is no name of a topic.`)
  }
  const partition = replicas.find({ topic, partition: partitionIndex })
  if (typeof partition === 'number') {
    const isUnknown = partition === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    return failed(partitionIndex, partition, isUnknown ? `There is no ${topic}-${partitionIndex}.` : null)
  }
  const problem = partition.check({ currentLeaderEpoch: undefined, leaderOnly: false })
  if (problem !== ErrorCode.NONE) return failed(partitionIndex, problem, null)
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    activeProducers: partition.activeProducers().map(producer => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTransactionStartOffset ?? NO_OFFSET,
    })),
  }
}
