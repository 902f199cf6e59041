import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string, uuid } from '../schema.ts'

/** Deletes start offsets of share groups (KIP-932). */
export const deleteShareGroupOffsetsApi = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array({
      topicName: string(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    responses: array({
      topicName: string(),
      topicId: uuid(),
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null }),
    }),
  },
})

export type DeleteShareGroupOffsetsRequest = RequestOf<typeof deleteShareGroupOffsetsApi>
export type DeleteShareGroupOffsetsResponse = ResponseInputOf<typeof deleteShareGroupOffsetsApi>
