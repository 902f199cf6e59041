import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, string } from '../schema.ts'

/** Adds partitions to topics (KIP-195). */
export const createPartitionsApi = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    topics: array({
      name: string(),
      count: int32(),
      assignments: array(
        {
          brokerIds: array(int32()),
        },
        { nullable: true },
      ),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      name: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null }),
    }),
  },
})

export type CreatePartitionsRequest = RequestOf<typeof createPartitionsApi>
export type CreatePartitionsResponse = ResponseInputOf<typeof createPartitionsApi>
