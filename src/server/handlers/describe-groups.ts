import { ErrorCode } from '../../protocol/error-code.ts'
import { describeGroupsApi } from '../../protocol/messages/describe-groups.ts'
import { ALL_OPERATIONS, OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import { groupClient } from '../group-client.ts'
import { handler } from '../handler.ts'

export const describeGroupsHandler = handler(describeGroupsApi, {
  versions: [0, 6],
  async handle(request, context, services) {
    const described = await services.groups.describeGroups(request.groups, groupClient(context))
    const allowed = request.includeAuthorizedOperations ? ALL_OPERATIONS.group : OPERATIONS_NOT_ASKED_FOR
    return {
      groups: described.map(group => ({
        ...group,
        authorizedOperations: group.errorCode === ErrorCode.NONE ? allowed : OPERATIONS_NOT_ASKED_FOR,
      })),
    }
  },
  fail({ groups }, { code }) {
    return {
      groups: groups.map(groupId => ({
        errorCode: code,
        groupId,
        groupState: '',
        protocolType: '',
        protocolData: '',
        members: [],
      })),
    }
  },
})
