import { ErrorCode } from '../../../protocol/error-code.ts'
import type { LeaveGroupRequest } from '../../../protocol/messages/leave-group.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicGroups } from './classic-groups.ts'

export type LeavingMember = LeaveGroupRequest['members'][number]

export interface LeftMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly errorCode: ErrorCode
}

/** Members leave, or an operator removes static ones by their names. One answer for each, in their order. */
export function leaveClassicGroup(
  groups: ClassicGroups,
  { groupId, members }: { groupId: string; members: readonly LeavingMember[] },
): LeftMember[] {
  const group = groups.get(groupId)
  const left = members.map(member => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    errorCode: group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : leave(groups, group, member),
  }))
  const count = left.filter(({ errorCode }) => errorCode === ErrorCode.NONE).length
  if (group === undefined || count === 0) return left
  if (group.state === 'PreparingRebalance') groups.rebalances.maybeCompleteJoin(group)
  else if (group.state !== 'Empty') groups.rebalances.prepare(group, `${count} members left`)
  return left
}

function leave(groups: ClassicGroups, group: ClassicGroup, member: LeavingMember): ErrorCode {
  const { groupInstanceId } = member
  if (member.memberId === '') {
    const memberId = groupInstanceId === null ? undefined : group.staticMemberId(groupInstanceId)
    if (memberId === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
    removeMember(groups, group, member, memberId)
    return ErrorCode.NONE
  }
  if (group.pendingJoinMembers.has(member.memberId)) {
    removeMember(groups, group, member, member.memberId)
    return ErrorCode.NONE
  }
  const invalid = group.validateMember(member.memberId, groupInstanceId)
  if (invalid === ErrorCode.NONE) removeMember(groups, group, member, member.memberId)
  return invalid
}

function removeMember(
  groups: ClassicGroups,
  group: ClassicGroup,
  { reason }: LeavingMember,
  memberId: string,
): void {
  const { logger } = groups.surroundings
  logger.info({ group: group.groupId, member: memberId, reason: reason ?? 'not provided' }, 'a member leaves')
  groups.rebalances.removeMember(group, memberId)
}
