import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, int16, int32, int64 } from '../schema.ts'

/** A broker gets a block of producer ids (KIP-730). */
export const allocateProducerIdsApi = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerIdStart: int64(),
    producerIdLen: int32(),
  },
})

export type AllocateProducerIdsRequest = RequestOf<typeof allocateProducerIdsApi>
export type AllocateProducerIdsResponse = ResponseInputOf<typeof allocateProducerIdsApi>
