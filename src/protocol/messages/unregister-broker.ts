import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, int16, int32, string } from '../schema.ts'

/** Takes a broker out of the cluster's metadata (KIP-631). */
export const unregisterBrokerApi = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    brokerId: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
  },
})

export type UnregisterBrokerRequest = RequestOf<typeof unregisterBrokerApi>
export type UnregisterBrokerResponse = ResponseInputOf<typeof unregisterBrokerApi>
