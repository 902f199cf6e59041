import { ErrorCode } from '../../protocol/error-code.ts'
import { leaveGroupApi } from '../../protocol/messages/leave-group.ts'
import { handler } from '../handler.ts'

const SEVERAL_MEMBERS_SINCE = 3

export const leaveGroupHandler = handler(leaveGroupApi, {
  versions: [0, 5],
  async handle(request, { apiVersion }, { groups }) {
    if (apiVersion >= SEVERAL_MEMBERS_SINCE) return groups.leaveGroup(request)
    const { memberId } = request
    const members = [{ memberId, groupInstanceId: null, reason: null }]
    const response = await groups.leaveGroup({ ...request, members })
    const [left] = response.members ?? []
    const errorCode = response.errorCode === ErrorCode.NONE ? left?.errorCode : response.errorCode
    return { errorCode: errorCode ?? ErrorCode.NONE, members: [] }
  },
})
