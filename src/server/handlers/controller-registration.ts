import { controllerRegistrationApi } from '../../protocol/messages/controller-registration.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const controllerRegistrationHandler = handler(controllerRegistrationApi, {
  versions: [0, 0],
  handle(request, context, { controller }) {
    return controller.registerController(request, controllerContext(context, undefined))
  },
})
