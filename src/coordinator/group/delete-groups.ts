import type { CommandResult } from '../../machine/machine.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import type { GroupRecord } from '../records/coordinator-records.ts'
import { groupTombstone } from './classic/persisted-group.ts'
import type { DeletedGroup } from './group-coordinator.ts'
import type { GroupCoordinatorMachine } from './group-coordinator-machine.ts'
import { offsetTombstone } from './offsets/offset-records.ts'

/** Deletes groups without members and all their offsets. */
export function deleteGroups(
  machine: GroupCoordinatorMachine,
  groupIds: readonly string[],
): CommandResult<GroupRecord, DeletedGroup[]> {
  const records: GroupRecord[] = []
  const deleted = new Set<string>()
  const response = groupIds.map(groupId => {
    const errorCode = refusalOf(machine, groupId)
    if (errorCode === ErrorCode.NONE && !deleted.has(groupId)) {
      deleted.add(groupId)
      deleteGroup(machine, groupId, records)
    }
    return { groupId, errorCode }
  })
  return { records, response }
}

function refusalOf({ classic }: GroupCoordinatorMachine, groupId: string): ErrorCode {
  const group = classic.get(groupId)
  if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND
  return group.state === 'Empty' ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP
}

/** The group last: its offsets alone would make it again. */
function deleteGroup({ offsets }: GroupCoordinatorMachine, groupId: string, records: GroupRecord[]): void {
  const collect = (topics = offsets.ofGroup(groupId)) => {
    for (const [topic, partitions] of topics ?? []) {
      for (const partition of partitions.keys())
        records.push(offsetTombstone({ group: groupId, topic, partition }))
    }
  }
  collect()
  for (const [, groups] of offsets.pending()) {
    const topics = groups.get(groupId)
    if (topics !== undefined) collect(topics)
  }
  records.push(groupTombstone(groupId))
}
