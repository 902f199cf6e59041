import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const streamsGroupMetadataKey = message({
  name: 'StreamsGroupMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type StreamsGroupMetadataKey = MessageValue<typeof streamsGroupMetadataKey>
