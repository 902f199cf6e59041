import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, uuid } from '../../../protocol/schema.ts'

/** Value of a record: a member's part of the target assignment (KIP-848). */
export const consumerGroupTargetAssignmentMemberValue = message({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    }),
  },
})

export type ConsumerGroupTargetAssignmentMemberValue = MessageValue<
  typeof consumerGroupTargetAssignmentMemberValue
>
