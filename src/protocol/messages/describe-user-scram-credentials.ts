import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, string } from '../schema.ts'

/** Who has SCRAM credentials, never the credentials (KIP-554). */
export const describeUserScramCredentialsApi = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    users: array(
      {
        name: string(),
      },
      { nullable: true },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      credentialInfos: array({
        mechanism: int8(),
        iterations: int32(),
      }),
    }),
  },
})

export type DescribeUserScramCredentialsRequest = RequestOf<typeof describeUserScramCredentialsApi>
export type DescribeUserScramCredentialsResponse = ResponseInputOf<typeof describeUserScramCredentialsApi>
