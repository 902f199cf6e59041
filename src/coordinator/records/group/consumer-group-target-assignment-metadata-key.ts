import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
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
