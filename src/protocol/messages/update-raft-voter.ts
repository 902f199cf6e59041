import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string, struct, uint16, uuid } from '../schema.ts'

/** A voter's new endpoints and versions (KIP-853). */
export const updateRaftVoterApi = api({
  key: 82,
  name: 'UpdateRaftVoter',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    clusterId: string({ nullable: true }),
    currentLeaderEpoch: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
    }),
    kRaftVersionFeature: struct({
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    currentLeader: struct(
      {
        leaderId: int32({ default: -1 }),
        leaderEpoch: int32({ default: -1 }),
        host: string(),
        port: int32(),
      },
      { tag: 0 },
    ),
  },
})

export type UpdateRaftVoterRequest = RequestOf<typeof updateRaftVoterApi>
export type UpdateRaftVoterResponse = ResponseInputOf<typeof updateRaftVoterApi>
