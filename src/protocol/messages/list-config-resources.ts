import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, string } from '../schema.ts'

/** Resources with configuration; v0 only client metrics (KIP-1000), v1 all kinds (KIP-1142). */
export const listConfigResourcesApi = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    resourceTypes: array(int8(), { since: 1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array({
      resourceName: string(),
      resourceType: int8({ since: 1, default: 16, ignorable: true }),
    }),
  },
})

export type ListConfigResourcesRequest = RequestOf<typeof listConfigResourcesApi>
export type ListConfigResourcesResponse = ResponseInputOf<typeof listConfigResourcesApi>
