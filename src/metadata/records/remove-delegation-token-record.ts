import type { MessageValue } from '../../protocol/schema.ts'
import { message, string } from '../../protocol/schema.ts'

/** A delegation token was removed. */
export const removeDelegationTokenRecord = message({
  name: 'RemoveDelegationTokenRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    tokenId: string(),
  },
})

export type RemoveDelegationTokenRecord = MessageValue<typeof removeDelegationTokenRecord>
