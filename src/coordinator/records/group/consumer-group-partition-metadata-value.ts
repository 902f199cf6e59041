import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, string, uuid } from '../../../protocol/schema.ts'

/**
 * Value of a record: partition counts that a consumer group was computed with, no longer written (KIP-848).
 */
export const consumerGroupPartitionMetadataValue = message({
  name: 'ConsumerGroupPartitionMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topics: array({
      topicId: uuid(),
      topicName: string(),
      numPartitions: int32(),
      partitionMetadata: array({
        partition: int32(),
        racks: array(string()),
      }),
    }),
  },
})

export type ConsumerGroupPartitionMetadataValue = MessageValue<typeof consumerGroupPartitionMetadataValue>
