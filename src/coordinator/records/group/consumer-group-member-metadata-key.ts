import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: what a consumer group's member subscribes to (KIP-848). */
export const consumerGroupMemberMetadataKey = message({
  name: 'ConsumerGroupMemberMetadataKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})

export type ConsumerGroupMemberMetadataKey = MessageValue<typeof consumerGroupMemberMetadataKey>
