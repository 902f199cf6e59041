import type { MessageValue } from '../../protocol/schema.ts'
import { int8, message, string } from '../../protocol/schema.ts'

/** A SCRAM credential was removed. */
export const removeUserScramCredentialRecord = message({
  name: 'RemoveUserScramCredentialRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string(),
    mechanism: int8(),
  },
})

export type RemoveUserScramCredentialRecord = MessageValue<typeof removeUserScramCredentialRecord>
