import { alterPartitionReassignmentsApi } from '../../protocol/messages/alter-partition-reassignments.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const alterPartitionReassignmentsHandler = handler(alterPartitionReassignmentsApi, {
  versions: [0, 1],
  handle(request, context, { controller }) {
    return controller.alterPartitionReassignments(request, controllerContext(context, request.timeoutMs))
  },
})
