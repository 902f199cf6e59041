import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, string, uuid } from '../schema.ts'

/** Where share partitions stand, in short (KIP-932). */
export const readShareGroupStateSummaryApi = api({
  key: 87,
  name: 'ReadShareGroupStateSummary',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        leaderEpoch: int32(),
      }),
    }),
  },
  response: {
    results: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, default: null }),
        stateEpoch: int32(),
        leaderEpoch: int32(),
        startOffset: int64(),
        deliveryCompleteCount: int32({ since: 1, default: -1, ignorable: true }),
      }),
    }),
  },
})

export type ReadShareGroupStateSummaryRequest = RequestOf<typeof readShareGroupStateSummaryApi>
export type ReadShareGroupStateSummaryResponse = ResponseInputOf<typeof readShareGroupStateSummaryApi>
