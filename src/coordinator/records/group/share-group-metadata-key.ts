import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a share group's epoch (KIP-932). */
export const shareGroupMetadataKey = message({
  name: 'ShareGroupMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ShareGroupMetadataKey = MessageValue<typeof shareGroupMetadataKey>
