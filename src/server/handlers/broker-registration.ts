import { brokerRegistrationApi } from '../../protocol/messages/broker-registration.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const brokerRegistrationHandler = handler(brokerRegistrationApi, {
  versions: [0, 4],
  handle(request, context, { controller }) {
    return controller.registerBroker(request, controllerContext(context, undefined))
  },
})
