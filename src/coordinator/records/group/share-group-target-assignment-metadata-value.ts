import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, int64, message } from '../../../protocol/schema.ts'

/** Value of a record: the epoch of a share group's target assignment (KIP-932). */
export const shareGroupTargetAssignmentMetadataValue = message({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ default: 0, tag: 0, ignorable: true }),
  },
})

export type ShareGroupTargetAssignmentMetadataValue = MessageValue<
  typeof shareGroupTargetAssignmentMetadataValue
>
