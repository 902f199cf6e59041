import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { initProducerIdApi } from '../../protocol/messages/init-producer-id.ts'
import { handler } from '../handler.ts'

/** The wire's "none" for a producer id and epoch. */
const NONE = -1

export const initProducerIdHandler = handler(initProducerIdApi, {
  versions: [0, 5],
  async handle({ transactionalId, producerId, producerEpoch }, _context, { producerIds }) {
    if (transactionalId !== null) {
      // Not retriable, so that an application stops and says so at once instead of waiting for ever.
      throw new ApiError(
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        'Transactions are not supported yet.',
      )
    }
    if ((producerId === NONE) !== (producerEpoch === NONE)) {
      throw new ApiError(
        ErrorCode.INVALID_REQUEST,
        'A producer id and its epoch are given together or not at all.',
      )
    }
    return {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      producerId: await producerIds.next(),
      producerEpoch: 0,
    }
  },
  fail(_request, { code }) {
    return { throttleTimeMs: 0, errorCode: code, producerId: NONE, producerEpoch: NONE }
  },
})
