import type { CommandContext, CommandResult } from '../../../machine/machine.ts'
import { ApiError, ErrorCode } from '../../../protocol/error-code.ts'
import type { GroupRecord } from '../../records/coordinator-records.ts'
import type { ClassicGroup } from '../classic/classic-group.ts'
import type { CommittedTopics, GroupClient, OffsetsToCommit } from '../group-coordinator.ts'
import type { GroupCoordinatorMachine } from '../group-coordinator-machine.ts'
import { offsetCommitRecord } from './offset-records.ts'

/** Before, a member of a group that is gone was told that its generation is wrong. */
const GROUP_ID_NOT_FOUND_SINCE = 9

const NOT_TOLD = -1

/** Commits offsets, of a member of the group or of anybody where it has none. Fails as a whole with `ApiError`. */
export function commitOffsets(
  machine: GroupCoordinatorMachine,
  { nowMs }: CommandContext,
  { request, client }: { request: OffsetsToCommit; client: GroupClient },
): CommandResult<GroupRecord, CommittedTopics> {
  const { groupId, memberId, retentionTimeMs } = request
  const group = machine.classic.get(groupId)
  const refusal = validateCommit(machine, group, { request, client })
  if (refusal !== ErrorCode.NONE) throw new ApiError(refusal)
  renewSession(machine, group, memberId)

  const { offsetMetadataMaxBytes } = machine.surroundings.settings()
  const records: GroupRecord[] = []
  const response = request.topics.map(({ name, topicId, partitions }) => ({
    name,
    partitions: partitions.map(partition => {
      const { partitionIndex } = partition
      const metadata = partition.committedMetadata ?? ''
      if (metadata.length > offsetMetadataMaxBytes) {
        return { partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE }
      }
      const place = { group: groupId, topic: name, partition: partitionIndex }
      records.push(
        offsetCommitRecord(place, {
          committedOffset: partition.committedOffset,
          leaderEpoch: partition.committedLeaderEpoch < 0 ? undefined : partition.committedLeaderEpoch,
          metadata,
          commitTimestampMs: partition.commitTimestamp === NOT_TOLD ? nowMs : partition.commitTimestamp,
          expireTimestampMs: retentionTimeMs === NOT_TOLD ? undefined : nowMs + retentionTimeMs,
          topicId,
        }),
      )
      return { partitionIndex, errorCode: ErrorCode.NONE }
    }),
  }))
  return { records, response }
}

/** Whether this client may commit (OffsetMetadataManager and ClassicGroup.validateOffsetCommit). */
function validateCommit(
  machine: GroupCoordinatorMachine,
  group: ClassicGroup | undefined,
  { request, client }: { request: OffsetsToCommit; client: GroupClient },
): ErrorCode {
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request
  // Such a group's members cannot be known here yet, so nobody's commit can be told from a stale one.
  if (machine.otherGroups.has(groupId)) return ErrorCode.GROUP_ID_NOT_FOUND
  if (group === undefined) {
    if (generationId < 0) return ErrorCode.NONE
    return client.apiVersion >= GROUP_ID_NOT_FOUND_SINCE
      ? ErrorCode.GROUP_ID_NOT_FOUND
      : ErrorCode.ILLEGAL_GENERATION
  }
  if (generationId < 0 && group.state === 'Empty') return ErrorCode.NONE
  if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
    const invalid = group.validateMember(memberId, groupInstanceId)
    if (invalid !== ErrorCode.NONE) return invalid
    if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  } else if (group.state !== 'Empty') {
    return ErrorCode.UNKNOWN_MEMBER_ID
  }
  // Its generation is the current one, but its assignment is not there yet.
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}

/** A commit is a sign of life. Soft state: it may be noted here. */
function renewSession(
  { classic }: GroupCoordinatorMachine,
  group: ClassicGroup | undefined,
  memberId: string,
): void {
  const member = group?.members.get(memberId)
  if (group === undefined || member === undefined) return
  if (group.state === 'Stable' || group.state === 'PreparingRebalance') classic.sessions.renew(group, member)
}
