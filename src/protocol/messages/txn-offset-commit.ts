import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, long, string, uuid } from '../schema.ts'

/**
 * Stores offsets as part of a transaction. v3: the member (KIP-447) · v5: transactions v2 (KIP-890) · v6:
 * topic ids.
 */
export const txnOffsetCommitApi = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 6],
  flexibleSince: 3,
  listeners: ['broker'],
  offeredUntil: 5,
  request: {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationIdOrMemberEpoch: int32({ since: 3, default: -1 }),
    memberId: string({ since: 3, default: '' }),
    groupInstanceId: string({ since: 3, nullable: true, default: null }),
    topics: array({
      name: string({ until: 5, ignorable: true }),
      topicId: uuid({ since: 6, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: long(),
        committedLeaderEpoch: int32({ since: 2, default: -1, ignorable: true }),
        committedMetadata: string({ nullable: true }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array({
      name: string({ until: 5, ignorable: true }),
      topicId: uuid({ since: 6, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
})

export type TxnOffsetCommitRequest = RequestOf<typeof txnOffsetCommitApi>
export type TxnOffsetCommitResponse = ResponseInputOf<typeof txnOffsetCommitApi>
