import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bool, int16, int32, int64, string } from '../schema.ts'

/** Commits or aborts a transaction. v5: the epoch is bumped with each one (KIP-890). */
export const endTxnApi = api({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker'],
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({ since: 5, default: -1, ignorable: true }),
    producerEpoch: int16({ since: 5, default: -1, ignorable: true }),
  },
})

export type EndTxnRequest = RequestOf<typeof endTxnApi>
export type EndTxnResponse = ResponseInputOf<typeof endTxnApi>
