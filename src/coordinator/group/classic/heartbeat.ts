import { ErrorCode } from '../../../protocol/error-code.ts'
import type { HeartbeatRequest } from '../../../protocol/messages/heartbeat.ts'
import type { ClassicGroupMember } from './classic-group-member.ts'
import type { ClassicGroups } from './classic-groups.ts'

/** A member is alive; it is told by the error whether it has to rejoin. The group id has been checked. */
export function heartbeatClassicGroup(groups: ClassicGroups, request: HeartbeatRequest): ErrorCode {
  const group = groups.get(request.groupId)
  if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
  const invalid = group.validateMember(request.memberId, request.groupInstanceId)
  if (invalid !== ErrorCode.NONE) return invalid
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  groups.sessions.renew(group, group.members.get(request.memberId) as ClassicGroupMember)
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE
}
