import type { ListGroupsRequest, ListGroupsResponse } from '../../../protocol/messages/list-groups.ts'
import type { ClassicGroups } from './classic-groups.ts'

/** The type of these groups, as clients name it. */
const CLASSIC_TYPE = 'classic'

type ListedGroup = NonNullable<ListGroupsResponse['groups']>[number]

/** The groups whose state and type are among those asked for; none asked for: all (KIP-518, KIP-848). */
export function listClassicGroups(groups: ClassicGroups, request: ListGroupsRequest): ListedGroup[] {
  const states = new Set(request.statesFilter.map(state => state.trim().toLowerCase()))
  const types = new Set(request.typesFilter.map(type => type.trim().toLowerCase()))
  if (types.size > 0 && !types.has(CLASSIC_TYPE)) return []
  const listed: ListedGroup[] = []
  for (const { groupId, state, protocolType } of groups.values()) {
    if (states.size > 0 && !states.has(state.toLowerCase())) continue
    listed.push({
      groupId,
      protocolType: protocolType ?? '',
      groupState: state,
      groupType: CLASSIC_TYPE,
    })
  }
  return listed
}
