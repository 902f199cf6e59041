import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, string } from '../../../protocol/schema.ts'

const taskIds = {
  subtopologyId: string(),
  partitions: array(int32()),
}

/** Value of a record: a member's tasks in the target assignment (KIP-1071). */
export const streamsGroupTargetAssignmentMemberValue = message({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    activeTasks: array(taskIds),
    standbyTasks: array(taskIds),
    warmupTasks: array(taskIds),
  },
})

export type StreamsGroupTargetAssignmentMemberValue = MessageValue<
  typeof streamsGroupTargetAssignmentMemberValue
>
