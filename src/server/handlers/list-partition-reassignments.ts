import { listPartitionReassignmentsApi } from '../../protocol/messages/list-partition-reassignments.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const listPartitionReassignmentsHandler = handler(listPartitionReassignmentsApi, {
  versions: [0, 0],
  handle(request, context, { controller }) {
    return controller.listPartitionReassignments(request, controllerContext(context, request.timeoutMs))
  },
})
