import { deleteGroupsApi } from '../../protocol/messages/delete-groups.ts'
import { handler } from '../handler.ts'

export const deleteGroupsHandler = handler(deleteGroupsApi, {
  versions: [0, 2],
  async handle({ groupsNames }, _context, { groups }) {
    return { throttleTimeMs: 0, results: await groups.deleteGroups(groupsNames) }
  },
  fail({ groupsNames }, { code }) {
    return { throttleTimeMs: 0, results: groupsNames.map(groupId => ({ groupId, errorCode: code })) }
  },
})
