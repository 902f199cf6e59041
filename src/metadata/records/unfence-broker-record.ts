import type { MessageValue } from '../../protocol/schema.ts'
import { int32, int64, message } from '../../protocol/schema.ts'

/** A broker was unfenced. Replaced by BrokerRegistrationChangeRecord. */
export const unfenceBrokerRecord = message({
  name: 'UnfenceBrokerRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: int32(),
    epoch: int64(),
  },
})

export type UnfenceBrokerRecord = MessageValue<typeof unfenceBrokerRecord>
