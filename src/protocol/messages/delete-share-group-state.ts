import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string, uuid } from '../schema.ts'

/** Deletes the state of share partitions (KIP-932). */
export const deleteShareGroupStateApi = api({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array({
      topicId: uuid(),
      partitions: array({
        partition: int32(),
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

export type DeleteShareGroupStateRequest = RequestOf<typeof deleteShareGroupStateApi>
export type DeleteShareGroupStateResponse = ResponseInputOf<typeof deleteShareGroupStateApi>
