import type { MessageValue } from '../../protocol/schema.ts'
import { bytes, int8, int32, message, string } from '../../protocol/schema.ts'

/** A user's SCRAM credential. */
export const userScramCredentialRecord = message({
  name: 'UserScramCredentialRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string(),
    mechanism: int8(),
    salt: bytes(),
    storedKey: bytes(),
    serverKey: bytes(),
    iterations: int32(),
  },
})

export type UserScramCredentialRecord = MessageValue<typeof userScramCredentialRecord>
