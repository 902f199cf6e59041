import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, bytes, int16, int32, string } from '../schema.ts'

/**
 * A member joins a classic group and waits for the round to complete. v1: rebalance time-out · v4: member
 * ids are handed out first (KIP-394) · v5: static members (KIP-345) · v8: a reason (KIP-800) · v9: the
 * leader may skip the assignment (KIP-814).
 */
export const joinGroupApi = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleSince: 6,
  listeners: ['broker'],
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: 1, default: -1, ignorable: true }),
    memberId: string(),
    groupInstanceId: string({ since: 5, nullable: true, default: null }),
    protocolType: string(),
    protocols: array({
      name: string(),
      metadata: bytes(),
    }),
    reason: string({ since: 8, nullable: true, default: null, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: 7, nullable: true, default: null, ignorable: true }),
    protocolName: string({ nullable: { since: 7 } }),
    leader: string(),
    skipAssignment: bool({ since: 9, default: false }),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string({ since: 5, nullable: true, default: null, ignorable: true }),
      metadata: bytes(),
    }),
  },
})

export type JoinGroupRequest = RequestOf<typeof joinGroupApi>
export type JoinGroupResponse = ResponseInputOf<typeof joinGroupApi>
