import { alterConfigsApi } from '../../protocol/messages/alter-configs.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const alterConfigsHandler = handler(alterConfigsApi, {
  versions: [0, 2],
  handle(request, context, { controller }) {
    return controller.alterConfigs(request, controllerContext(context, undefined))
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
