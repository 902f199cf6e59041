import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, string } from '../schema.ts'

/** Adds ACLs. v1: pattern types (KIP-290) · v3: users as resources. */
export const createAclsApi = api({
  key: 30,
  name: 'CreateAcls',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    creations: array({
      resourceType: int8(),
      resourceName: string(),
      resourcePatternType: int8({ since: 1, default: 3 }),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
    }),
  },
})

export type CreateAclsRequest = RequestOf<typeof createAclsApi>
export type CreateAclsResponse = ResponseInputOf<typeof createAclsApi>
