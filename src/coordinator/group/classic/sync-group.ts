import { ErrorCode } from '../../../protocol/error-code.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../../protocol/messages/sync-group.ts'
import { coordinatorErrorOf } from '../coordinator-error.ts'
import { type ClassicGroup, completeSync, failedSync } from './classic-group.ts'
import { type ClassicGroupMember, NO_ASSIGNMENT } from './classic-group-member.ts'
import type { ClassicGroups } from './classic-groups.ts'
import { groupMetadataRecord } from './persisted-group.ts'

/** A member asks for its assignment; the leader brings those of all. The group id has been checked. */
export function syncClassicGroup(
  groups: ClassicGroups,
  request: SyncGroupRequest,
): Promise<SyncGroupResponse> {
  const { memberId } = request
  const group = groups.get(request.groupId)
  const invalid = group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : validate(group, request)
  if (group === undefined || invalid !== ErrorCode.NONE) return Promise.resolve(failedSync(invalid))
  const member = group.members.get(memberId) as ClassicGroupMember
  switch (group.state) {
    case 'PreparingRebalance':
      return Promise.resolve(failedSync(ErrorCode.REBALANCE_IN_PROGRESS))
    case 'Stable':
      groups.rebalances.onSync(group, memberId)
      return Promise.resolve(assignmentOf(group, member))
    default:
      return new Promise(resolve => {
        // A client that asks again has given up on its first request.
        completeSync(member, failedSync(ErrorCode.REBALANCE_IN_PROGRESS))
        member.awaitingSync = resolve
        groups.rebalances.onSync(group, memberId)
        if (group.leaderId === memberId) persistAssignment(groups, group, request)
      })
  }
}

function validate(group: ClassicGroup, request: SyncGroupRequest): ErrorCode {
  const { protocolType, protocolName } = request
  if (group.state === 'Empty') return ErrorCode.UNKNOWN_MEMBER_ID
  const invalid = group.validateMember(request.memberId, request.groupInstanceId)
  if (invalid !== ErrorCode.NONE) return invalid
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION
  const isInconsistent =
    (protocolType !== null && protocolType !== group.protocolType) ||
    (protocolName !== null && protocolName !== group.protocolName)
  return isInconsistent ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL : ErrorCode.NONE
}

function assignmentOf({ protocolType, protocolName }: ClassicGroup, { assignment }: ClassicGroupMember) {
  return {
    errorCode: ErrorCode.NONE,
    protocolType: protocolType ?? null,
    protocolName: protocolName ?? null,
    assignment,
  }
}

/** The assignment counts once it is committed; members get it then. If it cannot be written they rebalance once more. */
function persistAssignment(groups: ClassicGroups, group: ClassicGroup, request: SyncGroupRequest): void {
  const { clock, logger } = groups.surroundings
  const { generationId } = group
  const assignments = new Map(
    request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
  )
  const assigned = (memberId: string): Buffer => assignments.get(memberId) ?? NO_ASSIGNMENT
  // Meanwhile another member may have joined, and everything begins anew.
  const isCurrent = () => group.state === 'CompletingRebalance' && group.generationId === generationId
  groups.write([groupMetadataRecord(group, ({ memberId }) => assigned(memberId))]).then(
    () => {
      if (!isCurrent()) return
      for (const member of group.members.values()) {
        member.assignment = assigned(member.memberId)
        if (completeSync(member, assignmentOf(group, member))) groups.sessions.renew(group, member)
      }
      group.transitionTo('Stable', clock.nowMs())
    },
    error => {
      if (!isCurrent()) return
      logger.warn({ err: error, group: group.groupId }, 'an assignment could not be written')
      const code = coordinatorErrorOf(error) ?? ErrorCode.UNKNOWN_SERVER_ERROR
      groups.rebalances.failSyncs(group, code)
      groups.rebalances.prepare(group, 'the assignment could not be written')
    },
  )
}
