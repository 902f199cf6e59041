import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const streamsGroupTargetAssignmentMetadataKey = message({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type StreamsGroupTargetAssignmentMetadataKey = MessageValue<
  typeof streamsGroupTargetAssignmentMetadataKey
>
