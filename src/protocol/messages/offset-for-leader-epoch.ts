import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, string } from '../schema.ts'

/**
 * Where a leader epoch ended (KIP-101). v1: epochs in the answer (KIP-279) · v2: the current epoch (KIP-320)
 * · v3: the asking replica.
 */
export const offsetForLeaderEpochApi = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [0, 4],
  flexibleSince: 4,
  listeners: ['broker'],
  request: {
    replicaId: int32({ since: 3, default: -2, ignorable: true }),
    topics: array({
      topic: string(),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ since: 2, default: -1, ignorable: true }),
        leaderEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array({
      topic: string(),
      partitions: array({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32({ since: 1, default: -1, ignorable: true }),
        endOffset: int64({ default: -1 }),
      }),
    }),
  },
})

export type OffsetForLeaderEpochRequest = RequestOf<typeof offsetForLeaderEpochApi>
export type OffsetForLeaderEpochResponse = ResponseInputOf<typeof offsetForLeaderEpochApi>
