import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const shareGroupStatePartitionMetadataKey = message({
  name: 'ShareGroupStatePartitionMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ShareGroupStatePartitionMetadataKey = MessageValue<typeof shareGroupStatePartitionMetadataKey>
