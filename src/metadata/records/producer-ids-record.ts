import type { MessageValue } from '../../protocol/schema.ts'
import { int32, int64, message } from '../../protocol/schema.ts'

/** A block of producer ids was handed out (KIP-730). */
export const producerIdsRecord = message({
  name: 'ProducerIdsRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    nextProducerId: int64(),
  },
})

export type ProducerIdsRecord = MessageValue<typeof producerIdsRecord>
