import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, int64, string, uint16, uuid } from '../schema.ts'

/** Asks a voter for its vote (KIP-595). v1: directory ids (KIP-853) · v2: pre-vote (KIP-996). */
export const voteApi = api({
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    clusterId: string({ nullable: true, default: null }),
    voterId: int32({ since: 1, default: -1, ignorable: true }),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        replicaEpoch: int32(),
        replicaId: int32(),
        replicaDirectoryId: uuid({ since: 1, ignorable: true }),
        voterDirectoryId: uuid({ since: 1, ignorable: true }),
        lastOffsetEpoch: int32(),
        lastOffset: int64(),
        preVote: bool({ since: 2 }),
      }),
    }),
  },
  response: {
    errorCode: int16(),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
        voteGranted: bool(),
      }),
    }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: uint16(),
      },
      { since: 1, tag: 0 },
    ),
  },
})

export type VoteRequest = RequestOf<typeof voteApi>
export type VoteResponse = ResponseInputOf<typeof voteApi>
