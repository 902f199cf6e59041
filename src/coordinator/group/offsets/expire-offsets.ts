import type { CommandContext, CommandResult } from '../../../machine/machine.ts'
import type { GroupRecord } from '../../records/coordinator-records.ts'
import type { ClassicGroup } from '../classic/classic-group.ts'
import { groupTombstone } from '../classic/persisted-group.ts'
import type { GroupCoordinatorMachine } from '../group-coordinator-machine.ts'
import { offsetTombstone } from './offset-records.ts'
import type { CommittedOffset } from './offset-store.ts'

const MS_PER_MINUTE = 60_000

/** When the retention time of an offset began, on the wall clock; undefined: it has not. */
type RetentionStart = (offset: CommittedOffset) => number

/**
 * Deletes the offsets of these groups that nobody has a claim on any more, and the groups that are left with nothing (KIP-211;
 * GroupCoordinatorShard.cleanupGroupMetadata).
 */
export function expireOffsets(
  machine: GroupCoordinatorMachine,
  { nowMs }: CommandContext,
  groupIds: readonly string[],
): CommandResult<GroupRecord, undefined> {
  const retentionMs = machine.surroundings.settings().offsetsRetentionMinutes * MS_PER_MINUTE
  const records: GroupRecord[] = []
  for (const groupId of groupIds) {
    const group = machine.classic.get(groupId)
    if (group !== undefined) expireGroup(machine, group, { nowMs, retentionMs, records })
  }
  return { records, response: undefined }
}

function expireGroup(
  { offsets }: GroupCoordinatorMachine,
  group: ClassicGroup,
  { nowMs, retentionMs, records }: { nowMs: number; retentionMs: number; records: GroupRecord[] },
): void {
  const { groupId } = group
  const startOf = retentionStart(group)
  let isLeftWithNothing = true
  for (const [topic, partitions] of offsets.ofGroup(groupId) ?? []) {
    if (startOf === undefined || group.isSubscribedTo(topic)) {
      isLeftWithNothing = false
      continue
    }
    for (const [partition, offset] of partitions) {
      const place = { group: groupId, topic, partition }
      const expiresMs = offset.expireTimestampMs ?? startOf(offset) + retentionMs
      if (nowMs >= expiresMs && !offsets.isPending(place)) records.push(offsetTombstone(place))
      else isLeftWithNothing = false
    }
  }
  const isEmpty = group.state === 'Empty' && group.pendingJoinMembers.size === 0
  if (isLeftWithNothing && isEmpty && !offsets.hasOpenTransaction(groupId))
    records.push(groupTombstone(groupId))
}

/**
 * A group whose members are gone keeps its offsets for the retention time from then on; one that never had members, and topics
 * that a consumer group does not read any more, from each commit on. Undefined: nothing expires.
 */
function retentionStart(group: ClassicGroup): RetentionStart | undefined {
  if (group.protocolType === undefined) return ({ commitTimestampMs }) => commitTimestampMs
  if (group.state === 'Empty') {
    const { stateTimestampMs } = group
    return ({ commitTimestampMs }) => stateTimestampMs ?? commitTimestampMs
  }
  if (group.state === 'Stable' && group.isConsumerGroup && group.subscribedTopics !== undefined) {
    return ({ commitTimestampMs }) => commitTimestampMs
  }
  return undefined
}
