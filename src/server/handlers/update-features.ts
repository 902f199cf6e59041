import { updateFeaturesApi } from '../../protocol/messages/update-features.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const updateFeaturesHandler = handler(updateFeaturesApi, {
  versions: [0, 2],
  handle(request, context, { controller }) {
    return controller.updateFeatures(request, controllerContext(context, request.timeoutMs))
  },
})
