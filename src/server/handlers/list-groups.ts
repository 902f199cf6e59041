import { listGroupsApi } from '../../protocol/messages/list-groups.ts'
import { handler } from '../handler.ts'

export const listGroupsHandler = handler(listGroupsApi, {
  versions: [0, 5],
  handle(request, _context, { groups }) {
    return groups.listGroups(request)
  },
})
