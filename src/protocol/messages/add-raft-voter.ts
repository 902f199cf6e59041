import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, string, uint16, uuid } from '../schema.ts'

/** Adds a voter to the metadata quorum (KIP-853). */
export const addRaftVoterApi = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['controller', 'broker'],
  request: {
    clusterId: string({ nullable: true }),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
    }),
    ackWhenCommitted: bool({ since: 1, default: true }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, ignorable: true }),
  },
})

export type AddRaftVoterRequest = RequestOf<typeof addRaftVoterApi>
export type AddRaftVoterResponse = ResponseInputOf<typeof addRaftVoterApi>
