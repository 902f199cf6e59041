import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bytes, int16, int32, int64, string } from '../schema.ts'

/** Makes a delegation token (KIP-48). v3: for another owner (KIP-373). */
export const createDelegationTokenApi = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    ownerPrincipalType: string({ since: 3, nullable: true }),
    ownerPrincipalName: string({ since: 3, nullable: true }),
    renewers: array({
      principalType: string(),
      principalName: string(),
    }),
    maxLifetimeMs: int64(),
  },
  response: {
    errorCode: int16(),
    principalType: string(),
    principalName: string(),
    tokenRequesterPrincipalType: string({ since: 3 }),
    tokenRequesterPrincipalName: string({ since: 3 }),
    issueTimestampMs: int64(),
    expiryTimestampMs: int64(),
    maxTimestampMs: int64(),
    tokenId: string(),
    hmac: bytes(),
    throttleTimeMs: int32(),
  },
})

export type CreateDelegationTokenRequest = RequestOf<typeof createDelegationTokenApi>
export type CreateDelegationTokenResponse = ResponseInputOf<typeof createDelegationTokenApi>
