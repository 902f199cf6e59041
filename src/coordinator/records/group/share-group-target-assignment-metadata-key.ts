import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: the epoch of a share group's target assignment (KIP-932). */
export const shareGroupTargetAssignmentMetadataKey = message({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ShareGroupTargetAssignmentMetadataKey = MessageValue<typeof shareGroupTargetAssignmentMetadataKey>
