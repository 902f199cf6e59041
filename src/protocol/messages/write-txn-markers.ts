import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int8, int16, int32, int64, string } from '../schema.ts'

/** A transaction coordinator has commit and abort markers written. v2: by the version of the transaction. */
export const writeTxnMarkersApi = api({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [0, 2],
  flexibleSince: 1,
  listeners: ['broker'],
  request: {
    markers: array({
      producerId: int64(),
      producerEpoch: int16(),
      transactionResult: bool(),
      topics: array({
        name: string(),
        partitionIndexes: array(int32()),
      }),
      coordinatorEpoch: int32(),
      transactionVersion: int8({ since: 2, default: 0, ignorable: true }),
    }),
  },
  response: {
    markers: array({
      producerId: int64(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          errorCode: int16(),
        }),
      }),
    }),
  },
})

export type WriteTxnMarkersRequest = RequestOf<typeof writeTxnMarkersApi>
export type WriteTxnMarkersResponse = ResponseInputOf<typeof writeTxnMarkersApi>
