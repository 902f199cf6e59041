import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a streams group's epoch (KIP-1071). */
export const streamsGroupMetadataKey = message({
  name: 'StreamsGroupMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type StreamsGroupMetadataKey = MessageValue<typeof streamsGroupMetadataKey>
