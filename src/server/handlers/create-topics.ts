import { createTopicsApi } from '../../protocol/messages/create-topics.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const createTopicsHandler = handler(createTopicsApi, {
  versions: [0, 7],
  handle(request, context, { controller }) {
    return controller.createTopics(request, controllerContext(context, request.timeoutMs))
  },
  fail({ topics }, { code, message }) {
    return { topics: topics.map(({ name }) => ({ name, errorCode: code, errorMessage: message })) }
  },
})
