import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: partition counts that a consumer group was computed with, no longer written (KIP-848). */
export const consumerGroupPartitionMetadataKey = message({
  name: 'ConsumerGroupPartitionMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ConsumerGroupPartitionMetadataKey = MessageValue<typeof consumerGroupPartitionMetadataKey>
