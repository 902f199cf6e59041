import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int8, int32, message, string } from '../../../protocol/schema.ts'

const taskIds = {
  subtopologyId: string(),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: true, default: null, tag: 0 }),
}

/** Value of a record: the tasks that a streams group's member has now (KIP-1071). */
export const streamsGroupCurrentMemberAssignmentValue = message({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    activeTasks: array(taskIds),
    standbyTasks: array(taskIds),
    warmupTasks: array(taskIds),
    activeTasksPendingRevocation: array(taskIds),
    standbyTasksPendingRevocation: array(taskIds),
    warmupTasksPendingRevocation: array(taskIds),
  },
})

export type StreamsGroupCurrentMemberAssignmentValue = MessageValue<
  typeof streamsGroupCurrentMemberAssignmentValue
>
