import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: what a consumer group's member has now (KIP-848). */
export const consumerGroupCurrentMemberAssignmentKey = message({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type ConsumerGroupCurrentMemberAssignmentKey = MessageValue<
  typeof consumerGroupCurrentMemberAssignmentKey
>
