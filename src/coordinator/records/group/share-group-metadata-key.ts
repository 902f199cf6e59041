import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const shareGroupMetadataKey = message({
  name: 'ShareGroupMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ShareGroupMetadataKey = MessageValue<typeof shareGroupMetadataKey>
