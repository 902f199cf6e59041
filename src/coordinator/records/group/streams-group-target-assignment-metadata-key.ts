import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: the epoch of a streams group's target assignment (KIP-1071). */
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
