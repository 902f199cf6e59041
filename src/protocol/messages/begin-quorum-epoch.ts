import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string, uint16, uuid } from '../schema.ts'

/** A new leader makes itself known to the voters (KIP-595). v1: its endpoints (KIP-853). */
export const beginQuorumEpochApi = api({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['controller'],
  request: {
    clusterId: string({ nullable: true, default: null }),
    voterId: int32({ since: 1, default: -1, ignorable: true }),
    topics: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        voterDirectoryId: uuid({ since: 1, ignorable: true }),
        leaderId: int32(),
        leaderEpoch: int32(),
      }),
    }),
    leaderEndpoints: array(
      {
        name: string(),
        host: string(),
        port: uint16(),
      },
      { since: 1, ignorable: true },
    ),
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

export type BeginQuorumEpochRequest = RequestOf<typeof beginQuorumEpochApi>
export type BeginQuorumEpochResponse = ResponseInputOf<typeof beginQuorumEpochApi>
