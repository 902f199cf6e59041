import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: the tasks that a streams group's member has now (KIP-1071). */
export const streamsGroupCurrentMemberAssignmentKey = message({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type StreamsGroupCurrentMemberAssignmentKey = MessageValue<
  typeof streamsGroupCurrentMemberAssignmentKey
>
