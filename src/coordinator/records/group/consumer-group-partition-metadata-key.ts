import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const consumerGroupPartitionMetadataKey = message({
  name: 'ConsumerGroupPartitionMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ConsumerGroupPartitionMetadataKey = MessageValue<typeof consumerGroupPartitionMetadataKey>
