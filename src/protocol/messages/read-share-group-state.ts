import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, int64, string, uuid } from '../schema.ts'

/** State of share partitions (KIP-932). */
export const readShareGroupStateApi = api({
  key: 84,
  name: 'ReadShareGroupState',
  versions: [0, 0],
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
        startOffset: int64(),
        stateBatches: array({
          firstOffset: int64(),
          lastOffset: int64(),
          deliveryState: int8(),
          deliveryCount: int16(),
        }),
      }),
    }),
  },
})

export type ReadShareGroupStateRequest = RequestOf<typeof readShareGroupStateApi>
export type ReadShareGroupStateResponse = ResponseInputOf<typeof readShareGroupStateApi>
