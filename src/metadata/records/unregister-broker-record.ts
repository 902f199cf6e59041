import type { MessageValue } from '../../protocol/schema.ts'
import { int32, int64, message } from '../../protocol/schema.ts'

/** A broker was taken out of the cluster. */
export const unregisterBrokerRecord = message({
  name: 'UnregisterBrokerRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
  },
})

export type UnregisterBrokerRecord = MessageValue<typeof unregisterBrokerRecord>
