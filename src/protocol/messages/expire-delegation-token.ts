import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bytes, int16, int32, int64 } from '../schema.ts'

/** Lets a delegation token expire (KIP-48). */
export const expireDelegationTokenApi = api({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    hmac: bytes(),
    expiryTimePeriodMs: int64(),
  },
  response: {
    errorCode: int16(),
    expiryTimestampMs: int64(),
    throttleTimeMs: int32(),
  },
})

export type ExpireDelegationTokenRequest = RequestOf<typeof expireDelegationTokenApi>
export type ExpireDelegationTokenResponse = ResponseInputOf<typeof expireDelegationTokenApi>
