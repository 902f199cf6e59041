import { allocateProducerIdsApi } from '../../protocol/messages/allocate-producer-ids.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const allocateProducerIdsHandler = handler(allocateProducerIdsApi, {
  versions: [0, 0],
  handle(request, context, { controller }) {
    return controller.allocateProducerIds(request, controllerContext(context, undefined))
  },
})
