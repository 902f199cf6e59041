import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: which share partitions have state (KIP-932). */
export const shareGroupStatePartitionMetadataKey = message({
  name: 'ShareGroupStatePartitionMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ShareGroupStatePartitionMetadataKey = MessageValue<typeof shareGroupStatePartitionMetadataKey>
