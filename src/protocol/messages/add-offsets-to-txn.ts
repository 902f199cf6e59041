import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, int16, int32, int64, string } from '../schema.ts'

/** Adds a group's offsets to a transaction (KIP-98). */
export const addOffsetsToTxnApi = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexibleSince: 3,
  listeners: ['broker'],
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
  },
})

export type AddOffsetsToTxnRequest = RequestOf<typeof addOffsetsToTxnApi>
export type AddOffsetsToTxnResponse = ResponseInputOf<typeof addOffsetsToTxnApi>
