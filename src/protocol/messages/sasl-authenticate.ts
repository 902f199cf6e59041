import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bytes, int16, int64, string } from '../schema.ts'

/** One step of a SASL exchange. v1: the session's lifetime (KIP-368). */
export const saslAuthenticateApi = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    authBytes: bytes(),
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, default: 0, ignorable: true }),
  },
})

export type SaslAuthenticateRequest = RequestOf<typeof saslAuthenticateApi>
export type SaslAuthenticateResponse = ResponseInputOf<typeof saslAuthenticateApi>
