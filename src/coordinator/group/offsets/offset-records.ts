import {
  type GroupRecord,
  OFFSET_COMMIT_VERSION,
  OFFSET_COMMIT_VERSION_WITH_EXPIRY,
} from '../../records/coordinator-records.ts'
import type { CommittedOffset, OffsetPlace } from './offset-store.ts'

const NO_LEADER_EPOCH = -1
const NO_TIMESTAMP = -1

export function offsetCommitRecord(
  { group, topic, partition }: OffsetPlace,
  offset: Omit<CommittedOffset, 'recordOffset'>,
): GroupRecord {
  const { expireTimestampMs } = offset
  return {
    type: 'OffsetCommit',
    key: { group, topic, partition },
    version: expireTimestampMs === undefined ? OFFSET_COMMIT_VERSION : OFFSET_COMMIT_VERSION_WITH_EXPIRY,
    value: {
      offset: offset.committedOffset,
      leaderEpoch: offset.leaderEpoch ?? NO_LEADER_EPOCH,
      metadata: offset.metadata,
      commitTimestamp: offset.commitTimestampMs,
      expireTimestamp: expireTimestampMs ?? NO_TIMESTAMP,
      topicId: offset.topicId,
    },
  }
}

export function offsetTombstone({ group, topic, partition }: OffsetPlace): GroupRecord {
  return { type: 'OffsetCommit', key: { group, topic, partition }, version: 0, value: undefined }
}
