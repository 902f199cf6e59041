import type { QuorumDescription, QuorumReplica } from '../../metadata/quorum-port.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import { describeQuorumApi } from '../../protocol/messages/describe-quorum.ts'
import { handler } from '../handler.ts'

const METADATA_TOPIC = '__cluster_metadata'

/** What stands for a time that is not known. */
const NO_TIME = -1

export const describeQuorumHandler = handler(describeQuorumApi, {
  versions: [0, 2],
  handle({ topics }, _context, { quorum }) {
    const [topic] = topics
    const [partition] = topic?.partitions ?? []
    const asksForMetadata =
      topics.length === 1 &&
      topic?.topicName === METADATA_TOPIC &&
      topic.partitions.length === 1 &&
      partition?.partitionIndex === 0
    if (!asksForMetadata) {
      const failed = topics.map(({ topicName, partitions }) => ({
        topicName,
        partitions: partitions.map(({ partitionIndex }) =>
          failedPartition(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ),
      }))
      return { errorCode: ErrorCode.NONE, topics: failed }
    }
    const description = quorum.describe()
    if (description === undefined) {
      const partitions = [failedPartition(0, ErrorCode.NOT_LEADER_OR_FOLLOWER)]
      return { errorCode: ErrorCode.NONE, topics: [{ topicName: METADATA_TOPIC, partitions }] }
    }
    return {
      errorCode: ErrorCode.NONE,
      topics: [{ topicName: METADATA_TOPIC, partitions: [describePartition(description)] }],
      nodes: [...description.voterListeners].map(([nodeId, listeners]) => ({ nodeId, listeners })),
    }
  },
})

function describePartition({ leaderId, leaderEpoch, highWatermark, voters, observers }: QuorumDescription) {
  return {
    partitionIndex: 0,
    errorCode: ErrorCode.NONE,
    leaderId,
    leaderEpoch,
    highWatermark,
    currentVoters: voters.map(describeReplica),
    observers: observers.map(describeReplica),
  }
}

function describeReplica(replica: QuorumReplica) {
  return {
    replicaId: replica.replicaId,
    replicaDirectoryId: replica.replicaDirectoryId,
    logEndOffset: replica.logEndOffset,
    lastFetchTimestamp: replica.lastFetchTimestampMs ?? NO_TIME,
    lastCaughtUpTimestamp: replica.lastCaughtUpTimestampMs ?? NO_TIME,
  }
}

function failedPartition(partitionIndex: number, errorCode: ErrorCode) {
  return {
    partitionIndex,
    errorCode,
    leaderId: -1,
    leaderEpoch: -1,
    highWatermark: -1,
    currentVoters: [],
    observers: [],
  }
}
