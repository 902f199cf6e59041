import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { deleteTopicsApi } from '../../protocol/messages/delete-topics.ts'
import { controllerContext } from '../controller-context.ts'
import { handler } from '../handler.ts'

/** From here on topics can be named by id. */
const IDS_SINCE = 6

export const deleteTopicsHandler = handler(deleteTopicsApi, {
  versions: [0, 6],
  handle(request, context, { controller, config }) {
    if (!config.deleteTopicEnable) {
      const code = context.apiVersion < 3 ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED
      throw new ApiError(code, 'Topics cannot be deleted here: delete.topic.enable is false.')
    }
    return controller.deleteTopics(request, controllerContext(context, request.timeoutMs))
  },
  fail({ topics, topicNames }, { code, message }, { apiVersion }) {
    const error = { errorCode: code, errorMessage: message }
    const responses = apiVersion >= IDS_SINCE ? topics : topicNames.map(name => ({ name }))
    return { responses: responses.map(topic => ({ ...topic, ...error })) }
  },
})
