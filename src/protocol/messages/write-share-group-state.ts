import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, int64, string, uuid } from '../schema.ts'

/** Changes to the state of share partitions (KIP-932). */
export const writeShareGroupStateApi = api({
  key: 85,
  name: 'WriteShareGroupState',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        stateEpoch: int32(),
        leaderEpoch: int32(),
        startOffset: int64(),
        deliveryCompleteCount: int32({ since: 1, default: -1, ignorable: true }),
        stateBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          deliveryState: int8(),
          deliveryCount: int16(),
        }),
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
      }),
    }),
  },
})

export type WriteShareGroupStateRequest = RequestOf<typeof writeShareGroupStateApi>
export type WriteShareGroupStateResponse = ResponseInputOf<typeof writeShareGroupStateApi>
