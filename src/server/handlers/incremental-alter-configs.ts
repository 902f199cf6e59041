import { incrementalAlterConfigsApi } from '../../protocol/messages/incremental-alter-configs.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const incrementalAlterConfigsHandler = handler(incrementalAlterConfigsApi, {
  versions: [0, 1],
  handle(request, context, { controller }) {
    return controller.incrementalAlterConfigs(request, controllerContext(context, undefined))
  },
  fail({ resources }, { code, message }) {
    const error = { errorCode: code, errorMessage: message }
    const responses = resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      ...error,
    }))
    return { throttleTimeMs: 0, responses }
  },
})
