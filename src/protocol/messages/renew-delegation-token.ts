import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bytes, int16, int32, int64 } from '../schema.ts'

/** Renews a delegation token (KIP-48). */
export const renewDelegationTokenApi = api({
  key: 39,
  name: 'RenewDelegationToken',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    hmac: bytes(),
    renewPeriodMs: int64(),
  },
  response: {
    errorCode: int16(),
    expiryTimestampMs: int64(),
    throttleTimeMs: int32(),
  },
})

export type RenewDelegationTokenRequest = RequestOf<typeof renewDelegationTokenApi>
export type RenewDelegationTokenResponse = ResponseInputOf<typeof renewDelegationTokenApi>
