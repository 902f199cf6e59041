import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, long, message } from '../../../protocol/schema.ts'

/** Value of a record: a consumer group's epoch (KIP-848). */
export const consumerGroupMetadataValue = message({
  name: 'ConsumerGroupMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32(),
    metadataHash: long({ default: 0n, tag: 0 }),
  },
})

export type ConsumerGroupMetadataValue = MessageValue<typeof consumerGroupMetadataValue>
