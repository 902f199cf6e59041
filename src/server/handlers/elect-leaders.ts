import { electLeadersApi } from '../../protocol/messages/elect-leaders.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

export const electLeadersHandler = handler(electLeadersApi, {
  versions: [0, 2],
  handle(request, context, { controller }) {
    return controller.electLeaders(request, controllerContext(context, request.timeoutMs))
  },
  fail({ topicPartitions }, { code, message }) {
    const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(partitionId => ({
        partitionId,
        errorCode: code,
        errorMessage: message,
      })),
    }))
    return { throttleTimeMs: 0, errorCode: code, replicaElectionResults }
  },
})
