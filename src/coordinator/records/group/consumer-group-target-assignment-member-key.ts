import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a member's part of the target assignment (KIP-848). */
export const consumerGroupTargetAssignmentMemberKey = message({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type ConsumerGroupTargetAssignmentMemberKey = MessageValue<
  typeof consumerGroupTargetAssignmentMemberKey
>
