import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a member's tasks in the target assignment (KIP-1071). */
export const streamsGroupTargetAssignmentMemberKey = message({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type StreamsGroupTargetAssignmentMemberKey = MessageValue<typeof streamsGroupTargetAssignmentMemberKey>
