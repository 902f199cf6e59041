import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, string } from '../schema.ts'

/**
 * Which broker coordinates a group, a transactional id or a share partition. v1: kinds of keys · v4: several
 * keys at once (KIP-699) · v6: share groups (KIP-932).
 */
export const findCoordinatorApi = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleSince: 3,
  listeners: ['broker'],
  request: {
    key: string({ until: 3 }),
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: array(string(), { since: 4 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16({ until: 3 }),
    errorMessage: string({ since: 1, until: 3, nullable: true, ignorable: true }),
    nodeId: int32({ until: 3 }),
    host: string({ until: 3 }),
    port: int32({ until: 3 }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, ignorable: true }),
      },
      { since: 4 },
    ),
  },
})

export type FindCoordinatorRequest = RequestOf<typeof findCoordinatorApi>
export type FindCoordinatorResponse = ResponseInputOf<typeof findCoordinatorApi>
