import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: what a share group's member has now (KIP-932). */
export const shareGroupCurrentMemberAssignmentKey = message({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type ShareGroupCurrentMemberAssignmentKey = MessageValue<typeof shareGroupCurrentMemberAssignmentKey>
