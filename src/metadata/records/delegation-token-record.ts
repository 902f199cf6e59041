import type { MessageValue } from '../../protocol/schema.ts'
import { array, int64, message, string } from '../../protocol/schema.ts'

/** A delegation token. */
export const delegationTokenRecord = message({
  name: 'DelegationTokenRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    owner: string(),
    requester: string(),
    renewers: array(string()),
    issueTimestamp: int64(),
    maxTimestamp: int64(),
    expirationTimestamp: int64(),
    tokenId: string(),
  },
})

export type DelegationTokenRecord = MessageValue<typeof delegationTokenRecord>
