import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, int16, int32, string } from '../schema.ts'

/** Takes a controller out of the cluster's metadata. Not yet stable upstream. */
export const unregisterControllerApi = api({
  key: 94,
  name: 'UnregisterController',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  offeredUntil: -1,
  request: {
    controllerId: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
  },
})

export type UnregisterControllerRequest = RequestOf<typeof unregisterControllerApi>
export type UnregisterControllerResponse = ResponseInputOf<typeof unregisterControllerApi>
