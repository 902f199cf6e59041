import type { MessageValue } from '../../../protocol/schema.ts'
import { array, message, string } from '../../../protocol/schema.ts'

/** DOC */
export const shareGroupMemberMetadataValue = message({
  name: 'ShareGroupMemberMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    rackId: string({ nullable: true }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
  },
})

export type ShareGroupMemberMetadataValue = MessageValue<typeof shareGroupMemberMetadataValue>
