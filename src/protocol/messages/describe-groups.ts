import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, bytes, int16, int32, string } from '../schema.ts'

/**
 * State and members of classic groups. v3: what the asker may do · v4: static members · v6:
 * GROUP_ID_NOT_FOUND (KIP-1043).
 */
export const describeGroupsApi = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleSince: 5,
  listeners: ['broker'],
  request: {
    groups: array(string()),
    includeAuthorizedOperations: bool({ since: 3 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ since: 6, nullable: true, default: null }),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string({ since: 4, nullable: true, default: null, ignorable: true }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ since: 3, default: -2_147_483_648 }),
    }),
  },
})

export type DescribeGroupsRequest = RequestOf<typeof describeGroupsApi>
export type DescribeGroupsResponse = ResponseInputOf<typeof describeGroupsApi>
