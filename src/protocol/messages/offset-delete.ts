import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string } from '../schema.ts'

/** Deletes committed offsets of a group (KIP-496). */
export const offsetDeleteApi = api({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  listeners: ['broker'],
  request: {
    groupId: string(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
      }),
    }),
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32({ ignorable: true }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
})

export type OffsetDeleteRequest = RequestOf<typeof offsetDeleteApi>
export type OffsetDeleteResponse = ResponseInputOf<typeof offsetDeleteApi>
