import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, string, uuid } from '../../../protocol/schema.ts'

const topicInfo = {
  topicId: uuid(),
  topicName: string(),
}

const topicPartitionsInfo = {
  topicId: uuid(),
  topicName: string(),
  partitions: array(int32()),
}

/** Value of a record: which share partitions have state (KIP-932). */
export const shareGroupStatePartitionMetadataValue = message({
  name: 'ShareGroupStatePartitionMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    initializingTopics: array(topicPartitionsInfo),
    initializedTopics: array(topicPartitionsInfo),
    deletingTopics: array(topicInfo),
  },
})

export type ShareGroupStatePartitionMetadataValue = MessageValue<typeof shareGroupStatePartitionMetadataValue>
