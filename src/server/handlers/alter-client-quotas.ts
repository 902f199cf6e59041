import { alterClientQuotasApi } from '../../protocol/messages/alter-client-quotas.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const alterClientQuotasHandler = handler(alterClientQuotasApi, {
  versions: [0, 1],
  handle(request, context, { controller }) {
    return controller.alterClientQuotas(request, controllerContext(context, undefined))
  },
  fail({ entries }, { code, message }) {
    const failed = entries.map(({ entity }) => ({ entity, errorCode: code, errorMessage: message }))
    return { throttleTimeMs: 0, entries: failed }
  },
})
