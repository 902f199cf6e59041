import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string } from '../schema.ts'

/** Deletes groups that are empty (KIP-229). v3: error messages. */
export const deleteGroupsApi = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker'],
  offeredUntil: 2,
  request: {
    groupsNames: array(string()),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      groupId: string(),
      errorCode: int16(),
      errorMessage: string({ since: 3, nullable: true, default: null, ignorable: true }),
    }),
  },
})

export type DeleteGroupsRequest = RequestOf<typeof deleteGroupsApi>
export type DeleteGroupsResponse = ResponseInputOf<typeof deleteGroupsApi>
