import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: what a share group's member subscribes to (KIP-932). */
export const shareGroupMemberMetadataKey = message({
  name: 'ShareGroupMemberMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type ShareGroupMemberMetadataKey = MessageValue<typeof shareGroupMemberMetadataKey>
