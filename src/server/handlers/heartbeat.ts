import { heartbeatApi } from '../../protocol/messages/heartbeat.ts'
import { handler } from '../handler.ts'

export const heartbeatHandler = handler(heartbeatApi, {
  versions: [0, 4],
  handle(request, _context, { groups }) {
    return groups.heartbeat(request)
  },
})
