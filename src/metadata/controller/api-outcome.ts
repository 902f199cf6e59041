import { ApiError, ErrorCode } from '../../protocol/error-code.ts'

/** How one part of a request went, as responses spell it. */
export interface ApiOutcome {
  readonly errorCode: number
  readonly errorMessage: string | null
}

export const SUCCESS: ApiOutcome = { errorCode: ErrorCode.NONE, errorMessage: null }

export function failure(errorCode: ErrorCode, errorMessage: string | null = null): ApiOutcome {
  return { errorCode, errorMessage }
}

/** What `action` comes to: success, or the ApiError that it throws. Any other exception is a fault of ours and goes on. */
export function outcomeOf(action: () => void): ApiOutcome {
  try {
    action()
    return SUCCESS
  } catch (error) {
    if (error instanceof ApiError) return failure(error.code, error.message)
    throw error
  }
}

/** More records than one request of a user may bring about (QuorumController.MAX_RECORDS_PER_USER_OP). */
const MOST_RECORDS_PER_REQUEST = 10_000

/** Throws POLICY_VIOLATION for a request that would write too much in one go. */
export function refuseTooManyRecords(count: number): void {
  if (count <= MOST_RECORDS_PER_REQUEST) return
  throw new ApiError(ErrorCode.POLICY_VIOLATION, 'Unable to perform excessively large batch operation.')
}
