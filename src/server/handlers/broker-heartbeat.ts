import { brokerHeartbeatApi } from '../../protocol/messages/broker-heartbeat.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const brokerHeartbeatHandler = handler(brokerHeartbeatApi, {
  versions: [0, 1],
  handle(request, context, { controller }) {
    return controller.brokerHeartbeat(request, controllerContext(context, undefined))
  },
})
