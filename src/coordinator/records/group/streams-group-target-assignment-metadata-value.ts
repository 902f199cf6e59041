import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, int64, message } from '../../../protocol/schema.ts'

/** Value of a record: the epoch of a streams group's target assignment (KIP-1071). */
export const streamsGroupTargetAssignmentMetadataValue = message({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ default: 0, tag: 0, ignorable: true }),
  },
})

export type StreamsGroupTargetAssignmentMetadataValue = MessageValue<
  typeof streamsGroupTargetAssignmentMetadataValue
>
