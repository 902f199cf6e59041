import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: the epoch of a consumer group's target assignment (KIP-848). */
export const consumerGroupTargetAssignmentMetadataKey = message({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type ConsumerGroupTargetAssignmentMetadataKey = MessageValue<
  typeof consumerGroupTargetAssignmentMetadataKey
>
