import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a consumer group's epoch (KIP-848). */
export const consumerGroupMetadataKey = message({
  name: 'ConsumerGroupMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ConsumerGroupMetadataKey = MessageValue<typeof consumerGroupMetadataKey>
