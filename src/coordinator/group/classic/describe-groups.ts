import { ErrorCode } from '../../../protocol/error-code.ts'
import type { DescribedGroup, GroupClient } from '../group-coordinator.ts'
import type { ClassicGroup } from './classic-group.ts'
import { metadataFor, NO_ASSIGNMENT } from './classic-group-member.ts'
import type { ClassicGroups } from './classic-groups.ts'

/** Before, a group that is not there is described as dead, with no error (KIP-1043). */
const GROUP_ID_NOT_FOUND_SINCE = 6

export function describeClassicGroup(
  groups: ClassicGroups,
  groupId: string,
  { apiVersion }: Pick<GroupClient, 'apiVersion'>,
): DescribedGroup {
  const group = groups.get(groupId)
  if (group !== undefined) return describe(group)
  const dead = { groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
  return apiVersion < GROUP_ID_NOT_FOUND_SINCE
    ? { ...dead, errorCode: ErrorCode.NONE }
    : { ...dead, errorCode: ErrorCode.GROUP_ID_NOT_FOUND, errorMessage: `Group ${groupId} not found.` }
}

function describe(group: ClassicGroup): DescribedGroup {
  const isStable = group.state === 'Stable'
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: Array.from(group.members.values(), member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // During a rebalance it is not settled what the members' words are about.
      memberMetadata: isStable ? metadataFor(member, group.protocolName) : NO_ASSIGNMENT,
      memberAssignment: member.assignment,
    })),
  }
}
