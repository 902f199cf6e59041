import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, string, uuid } from '../schema.ts'

/** First state of share partitions (KIP-932). */
export const initializeShareGroupStateApi = api({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
        stateEpoch: int32(),
        startOffset: int64(),
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

export type InitializeShareGroupStateRequest = RequestOf<typeof initializeShareGroupStateApi>
export type InitializeShareGroupStateResponse = ResponseInputOf<typeof initializeShareGroupStateApi>
