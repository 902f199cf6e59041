import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, uuid } from '../../../protocol/schema.ts'

/** Value of a record: a member's part of the target assignment (KIP-932). */
export const shareGroupTargetAssignmentMemberValue = message({
  name: 'ShareGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    }),
  },
})

export type ShareGroupTargetAssignmentMemberValue = MessageValue<typeof shareGroupTargetAssignmentMemberValue>
