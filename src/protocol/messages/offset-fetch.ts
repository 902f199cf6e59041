import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, long, string, uuid } from '../schema.ts'

/**
 * Reads the committed offsets of groups. v2: all partitions, an error for all · v5: leader epochs · v7:
 * stable ones only (KIP-447) · v8: several groups (KIP-709) · v9: members of the new protocol (KIP-848) ·
 * v10: topic ids.
 */
export const offsetFetchApi = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [0, 10],
  flexibleSince: 6,
  listeners: ['broker'],
  request: {
    groupId: string({ until: 7 }),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      { until: 7, nullable: { since: 2 } },
    ),
    groups: array(
      {
        groupId: string(),
        memberId: string({ since: 9, nullable: true, default: null, ignorable: true }),
        memberEpoch: int32({ since: 9, default: -1, ignorable: true }),
        topics: array(
          {
            name: string({ until: 9, ignorable: true }),
            topicId: uuid({ since: 10, ignorable: true }),
            partitionIndexes: array(int32()),
          },
          { nullable: true },
        ),
      },
      { since: 8 },
    ),
    requireStable: bool({ since: 7, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: long(),
          committedLeaderEpoch: int32({ since: 5, default: -1, ignorable: true }),
          metadata: string({ nullable: true }),
          errorCode: int16(),
        }),
      },
      { until: 7 },
    ),
    errorCode: int16({ since: 2, until: 7, default: 0, ignorable: true }),
    groups: array(
      {
        groupId: string(),
        topics: array({
          name: string({ until: 9, ignorable: true }),
          topicId: uuid({ since: 10, ignorable: true }),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: long(),
            committedLeaderEpoch: int32({ default: -1, ignorable: true }),
            metadata: string({ nullable: true }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16({ default: 0 }),
      },
      { since: 8 },
    ),
  },
})

export type OffsetFetchRequest = RequestOf<typeof offsetFetchApi>
export type OffsetFetchResponse = ResponseInputOf<typeof offsetFetchApi>
