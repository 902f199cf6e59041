import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, int64, message } from '../../../protocol/schema.ts'

/** Value of a record: the epoch of a consumer group's target assignment (KIP-848). */
export const consumerGroupTargetAssignmentMetadataValue = message({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ default: 0, tag: 0, ignorable: true }),
  },
})

export type ConsumerGroupTargetAssignmentMetadataValue = MessageValue<
  typeof consumerGroupTargetAssignmentMetadataValue
>
