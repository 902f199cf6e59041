import { unregisterBrokerApi } from '../../protocol/messages/unregister-broker.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const unregisterBrokerHandler = handler(unregisterBrokerApi, {
  versions: [0, 0],
  handle(request, context, { controller }) {
    return controller.unregisterBroker(request, controllerContext(context, undefined))
  },
})
