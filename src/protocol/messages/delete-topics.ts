import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string, uuid } from '../schema.ts'

/** Deletes topics. v5: error messages · v6: by id (KIP-516). */
export const deleteTopicsApi = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [0, 6],
  flexibleSince: 4,
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      {
        name: string({ nullable: true, default: null }),
        topicId: uuid(),
      },
      { since: 6 },
    ),
    topicNames: array(string(), { until: 5, ignorable: true }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    responses: array({
      name: string({ nullable: { since: 6 } }),
      topicId: uuid({ since: 6, ignorable: true }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullable: true, default: null, ignorable: true }),
    }),
  },
})

export type DeleteTopicsRequest = RequestOf<typeof deleteTopicsApi>
export type DeleteTopicsResponse = ResponseInputOf<typeof deleteTopicsApi>
