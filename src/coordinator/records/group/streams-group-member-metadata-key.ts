import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a streams group's member and its topology (KIP-1071). */
export const streamsGroupMemberMetadataKey = message({
  name: 'StreamsGroupMemberMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type StreamsGroupMemberMetadataKey = MessageValue<typeof streamsGroupMemberMetadataKey>
