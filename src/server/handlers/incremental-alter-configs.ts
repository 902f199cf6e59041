import { incrementalAlterConfigsApi } from '../../protocol/messages/incremental-alter-configs.ts'
import { checkIncrementalChanges } from '../broker-config-changes.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const incrementalAlterConfigsHandler = handler(incrementalAlterConfigsApi, {
  versions: [0, 1],
  async handle(request, context, services) {
    const { refused, accepted } = checkIncrementalChanges(request.resources, services)
    if (accepted.length === 0) return { throttleTimeMs: 0, responses: refused }
    const { controller } = services
    const forwarded = { ...request, resources: accepted }
    const response = await controller.incrementalAlterConfigs(
      forwarded,
      controllerContext(context, undefined),
    )
    return { ...response, responses: [...refused, ...response.responses] }
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
