import { ErrorCode } from '../../protocol/error-code.ts'
import { syncGroupApi } from '../../protocol/messages/sync-group.ts'
import { groupClient } from '../group-client.ts'
import { handler } from '../handler.ts'

/** From this version on members say which protocol they mean (KIP-559). */
const PROTOCOL_TOLD_SINCE = 5

export const syncGroupHandler = handler(syncGroupApi, {
  versions: [0, 5],
  handle(request, context, { groups }) {
    if (
      context.apiVersion >= PROTOCOL_TOLD_SINCE &&
      (request.protocolType === null || request.protocolName === null)
    ) {
      return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL, assignment: Buffer.alloc(0) }
    }
    return groups.syncGroup(request, groupClient(context))
  },
})
