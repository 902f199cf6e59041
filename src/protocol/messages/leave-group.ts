import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string } from '../schema.ts'

/** Members leave a classic group. v3: several at once (KIP-345) · v5: a reason (KIP-800). */
export const leaveGroupApi = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleSince: 4,
  listeners: ['broker'],
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: true, default: null }),
        reason: string({ since: 5, nullable: true, default: null, ignorable: true }),
      },
      { since: 3 },
    ),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: true }),
        errorCode: int16(),
      },
      { since: 3 },
    ),
  },
})

export type LeaveGroupRequest = RequestOf<typeof leaveGroupApi>
export type LeaveGroupResponse = ResponseInputOf<typeof leaveGroupApi>
