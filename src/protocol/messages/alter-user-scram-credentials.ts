import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bytes, int8, int16, int32, string } from '../schema.ts'

/** Sets and removes SCRAM credentials (KIP-554). */
export const alterUserScramCredentialsApi = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    deletions: array({
      name: string(),
      mechanism: int8(),
    }),
    upsertions: array({
      name: string(),
      mechanism: int8(),
      iterations: int32(),
      salt: bytes(),
      saltedPassword: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
    }),
  },
})

export type AlterUserScramCredentialsRequest = RequestOf<typeof alterUserScramCredentialsApi>
export type AlterUserScramCredentialsResponse = ResponseInputOf<typeof alterUserScramCredentialsApi>
