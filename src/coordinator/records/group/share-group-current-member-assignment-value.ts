import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int8, int32, message, uuid } from '../../../protocol/schema.ts'

const topicPartitions = {
  topicId: uuid(),
  partitions: array(int32()),
}

/** Value of a record: what a share group's member has now (KIP-932). */
export const shareGroupCurrentMemberAssignmentValue = message({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
  },
})

export type ShareGroupCurrentMemberAssignmentValue = MessageValue<
  typeof shareGroupCurrentMemberAssignmentValue
>
