import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bytes, int16, int32, int64, string } from '../schema.ts'

/** Delegation tokens by owner (KIP-48). v3: who asked for them (KIP-373). */
export const describeDelegationTokenApi = api({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    owners: array(
      {
        principalType: string(),
        principalName: string(),
      },
      { nullable: true },
    ),
  },
  response: {
    errorCode: int16(),
    tokens: array({
      principalType: string(),
      principalName: string(),
      tokenRequesterPrincipalType: string({ since: 3 }),
      tokenRequesterPrincipalName: string({ since: 3 }),
      issueTimestamp: int64(),
      expiryTimestamp: int64(),
      maxTimestamp: int64(),
      tokenId: string(),
      hmac: bytes(),
      renewers: array({
        principalType: string(),
        principalName: string(),
      }),
    }),
    throttleTimeMs: int32(),
  },
})

export type DescribeDelegationTokenRequest = RequestOf<typeof describeDelegationTokenApi>
export type DescribeDelegationTokenResponse = ResponseInputOf<typeof describeDelegationTokenApi>
