import { ErrorCode } from '../../../protocol/error-code.ts'
import { ZERO_UUID } from '../../../protocol/uuid.ts'
import type { FetchedOffsets, OffsetsToFetch } from '../group-coordinator.ts'
import type { GroupCoordinatorMachine } from '../group-coordinator-machine.ts'
import type { CommittedOffset, OffsetPlace } from './offset-store.ts'

type FetchedTopic = FetchedOffsets['topics'][number]
type FetchedPartition = FetchedTopic['partitions'][number]

const NO_OFFSET = -1n
const NO_LEADER_EPOCH = -1

/**
 * Reads a group's committed offsets. A group that is not there has none. `requireStable`: an offset that a transaction is about
 * to change is UNSTABLE_OFFSET_COMMIT (KIP-447).
 */
export function fetchOffsets(
  { offsets }: GroupCoordinatorMachine,
  { groupId, topics }: OffsetsToFetch,
  { requireStable }: { requireStable: boolean },
): FetchedOffsets {
  const fetch = (place: OffsetPlace, offset: CommittedOffset | undefined): FetchedPartition => {
    if (requireStable && offsets.isPending(place)) {
      return fetched(place.partition, undefined, ErrorCode.UNSTABLE_OFFSET_COMMIT)
    }
    return fetched(place.partition, offset, ErrorCode.NONE)
  }
  const fetchedTopics: FetchedTopic[] = []
  if (topics === null) {
    for (const [topic, partitions] of offsets.ofGroup(groupId) ?? []) {
      const fetchedPartitions = Array.from(partitions, ([partition, offset]) =>
        fetch({ group: groupId, topic, partition }, offset),
      )
      fetchedTopics.push({ name: topic, partitions: fetchedPartitions })
    }
  } else {
    for (const { name, topicId, partitionIndexes } of topics) {
      const partitions = partitionIndexes.map(partition => {
        const place = { group: groupId, topic: name, partition }
        const offset = offsets.get(place)
        return fetch(place, offset !== undefined && isOfTopic(offset, topicId) ? offset : undefined)
      })
      fetchedTopics.push({ name, partitions })
    }
  }
  return { groupId, errorCode: ErrorCode.NONE, topics: fetchedTopics }
}

/** Offsets of a topic that was deleted and made again under its name are not those of the new one. */
export function isOfTopic(offset: CommittedOffset, topicId: string): boolean {
  return offset.topicId === topicId || offset.topicId === ZERO_UUID || topicId === ZERO_UUID
}

function fetched(
  partitionIndex: number,
  offset: CommittedOffset | undefined,
  errorCode: ErrorCode,
): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: offset?.committedOffset ?? NO_OFFSET,
    committedLeaderEpoch: offset?.leaderEpoch ?? NO_LEADER_EPOCH,
    metadata: offset?.metadata ?? '',
    errorCode,
  }
}
