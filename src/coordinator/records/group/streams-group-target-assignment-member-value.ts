import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, string } from '../../../protocol/schema.ts'

const taskIds = {
  subtopologyId: string(),
  partitions: array(int32()),
}

/** DOC */
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
