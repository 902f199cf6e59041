import type { CommandResult } from '../../../machine/machine.ts'
import { ApiError, ErrorCode } from '../../../protocol/error-code.ts'
import type { OffsetDeleteRequest } from '../../../protocol/messages/offset-delete.ts'
import type { GroupRecord } from '../../records/coordinator-records.ts'
import type { CommittedTopics } from '../group-coordinator.ts'
import type { GroupCoordinatorMachine } from '../group-coordinator-machine.ts'
import { isOfTopic } from './fetch-offsets.ts'
import { offsetTombstone } from './offset-records.ts'
import type { TopicOffsets } from './offset-store.ts'

/**
 * Deletes committed offsets of topics that the group does not subscribe to (KIP-496). Fails as a whole with `ApiError`.
 */
export function deleteOffsets(
  { classic, offsets }: GroupCoordinatorMachine,
  { groupId, topics }: OffsetDeleteRequest,
): CommandResult<GroupRecord, CommittedTopics> {
  const group = classic.get(groupId)
  if (group === undefined) throw new ApiError(ErrorCode.GROUP_ID_NOT_FOUND)
  // What members of other kinds of groups read, nobody can tell.
  if (group.state !== 'Empty' && !group.isConsumerGroup) throw new ApiError(ErrorCode.NON_EMPTY_GROUP)
  const records: GroupRecord[] = []
  const response = topics.map(({ name, partitions }) => {
    const isSubscribed = group.isSubscribedTo(name)
    const errorCode = isSubscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE
    return {
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const place = { group: groupId, topic: name, partition: partitionIndex }
        if (!isSubscribed && (offsets.get(place) !== undefined || offsets.isPending(place))) {
          records.push(offsetTombstone(place))
        }
        return { partitionIndex, errorCode }
      }),
    }
  })
  return { records, response }
}

/** A topic that was deleted. */
export interface DeletedTopic {
  readonly name: string
  readonly topicId: string
}

/** Offsets of deleted topics go with them, those of other topics that have or had the same name stay. */
export function deleteOffsetsOfTopics(
  { offsets }: GroupCoordinatorMachine,
  topics: readonly DeletedTopic[],
): CommandResult<GroupRecord, undefined> {
  const records: GroupRecord[] = []
  const collect = (groups: ReadonlyMap<string, TopicOffsets>) => {
    for (const [group, topicOffsets] of groups) {
      for (const { name, topicId } of topics) {
        for (const [partition, offset] of topicOffsets.get(name) ?? []) {
          if (isOfTopic(offset, topicId)) records.push(offsetTombstone({ group, topic: name, partition }))
        }
      }
    }
  }
  collect(offsets.committed)
  for (const [, groups] of offsets.pending()) collect(groups)
  return { records, response: undefined }
}
