import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int8, int32, message, uuid } from '../../../protocol/schema.ts'

const topicPartitions = {
  topicId: uuid(),
  partitions: array(int32()),
  assignmentEpochs: array(int32(), { nullable: true, default: null, tag: 0 }),
}

/** Value of a record: what a consumer group's member has now (KIP-848). */
export const consumerGroupCurrentMemberAssignmentValue = message({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  },
})

export type ConsumerGroupCurrentMemberAssignmentValue = MessageValue<
  typeof consumerGroupCurrentMemberAssignmentValue
>
