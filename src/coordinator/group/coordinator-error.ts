import { ApiError, ErrorCode } from '../../protocol/error-code.ts'

/**
 * What members are told when something could not be written or the machine could not be asked: in terms of a coordinator, not
 * of a partition (CoordinatorOperationExceptionHelper). Undefined: not an expected failure.
 */
export function coordinatorErrorOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof ApiError)) return undefined
  switch (error.code) {
    case ErrorCode.NETWORK_EXCEPTION:
      return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode.REQUEST_TIMED_OUT:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
    case ErrorCode.INVALID_FETCH_SIZE:
      return ErrorCode.UNKNOWN_SERVER_ERROR
    default:
      return error.code
  }
}
