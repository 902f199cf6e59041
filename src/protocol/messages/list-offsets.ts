import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, int64, long, string } from '../schema.ts'

/**
 * Finds offsets by timestamp or by the special times below zero. v0: several offsets by log segments · v1:
 * one offset · v2: isolation level · v4: leader epoch · v7: -3, the largest timestamp · v8: -4, earliest
 * local · v9: -5, latest in the tier · v10: a time-out · v11: -6, earliest not yet in the tier.
 */
export const listOffsetsApi = api({
  key: 2,
  name: 'ListOffsets',
  versions: [0, 11],
  flexibleSince: 6,
  listeners: ['broker'],
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: 2 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: 4, default: -1, ignorable: true }),
        timestamp: long(),
        maxNumOffsets: int32({ until: 0, default: 1 }),
      }),
    }),
    timeoutMs: int32({ since: 10, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        oldStyleOffsets: array(int64(), { until: 0 }),
        timestamp: long({ since: 1, default: -1n }),
        offset: int64({ since: 1, default: -1 }),
        leaderEpoch: int32({ since: 4, default: -1 }),
      }),
    }),
  },
})

export type ListOffsetsRequest = RequestOf<typeof listOffsetsApi>
export type ListOffsetsResponse = ResponseInputOf<typeof listOffsetsApi>
