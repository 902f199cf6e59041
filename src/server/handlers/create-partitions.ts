import { createPartitionsApi } from '../../protocol/messages/create-partitions.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const createPartitionsHandler = handler(createPartitionsApi, {
  versions: [0, 3],
  handle(request, context, { controller }) {
    return controller.createPartitions(request, controllerContext(context, request.timeoutMs))
  },
  fail({ topics }, { code, message }) {
    const results = topics.map(({ name }) => ({ name, errorCode: code, errorMessage: message }))
    return { throttleTimeMs: 0, results }
  },
})
