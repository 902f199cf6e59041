import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, int16, int32, string, uuid } from '../schema.ts'

/** Removes a voter from the metadata quorum (KIP-853). */
export const removeRaftVoterApi = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller', 'broker'],
  request: {
    clusterId: string({ nullable: true }),
    voterId: int32(),
    voterDirectoryId: uuid(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, ignorable: true }),
  },
})

export type RemoveRaftVoterRequest = RequestOf<typeof removeRaftVoterApi>
export type RemoveRaftVoterResponse = ResponseInputOf<typeof removeRaftVoterApi>
