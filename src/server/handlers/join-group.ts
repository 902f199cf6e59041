import { joinGroupApi } from '../../protocol/messages/join-group.ts'
import { groupClient } from '../group-client.ts'
import { handler } from '../handler.ts'

/** Before, "no protocol" had to be an empty text. */
const NO_PROTOCOL_IS_NULL_SINCE = 7

export const joinGroupHandler = handler(joinGroupApi, {
  versions: [0, 9],
  async handle(request, context, { groups }) {
    const response = await groups.joinGroup(request, groupClient(context))
    return context.apiVersion < NO_PROTOCOL_IS_NULL_SINCE
      ? { ...response, protocolName: response.protocolName ?? '' }
      : response
  },
  fail({ memberId }, { code }) {
    return { errorCode: code, protocolName: '', leader: '', memberId, members: [] }
  },
})
