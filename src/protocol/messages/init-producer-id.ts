import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bool, int16, int32, int64, string } from '../schema.ts'

/**
 * A producer id and epoch, for idempotence or transactions (KIP-98). v3: going on with an earlier id
 * (KIP-360) · v6: two-phase commit (KIP-939).
 */
export const initProducerIdApi = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  flexibleSince: 2,
  listeners: ['broker'],
  offeredUntil: 5,
  request: {
    transactionalId: string({ nullable: true }),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: 3, default: -1 }),
    producerEpoch: int16({ since: 3, default: -1 }),
    enable2Pc: bool({ since: 6, default: false }),
    keepPreparedTxn: bool({ since: 6, default: false }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
    ongoingTxnProducerId: int64({ since: 6, default: -1 }),
    ongoingTxnProducerEpoch: int16({ since: 6, default: -1 }),
  },
})

export type InitProducerIdRequest = RequestOf<typeof initProducerIdApi>
export type InitProducerIdResponse = ResponseInputOf<typeof initProducerIdApi>
