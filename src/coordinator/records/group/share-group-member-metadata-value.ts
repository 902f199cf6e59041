import type { MessageValue } from '../../../protocol/schema.ts'
import { array, message, string } from '../../../protocol/schema.ts'

/** Value of a record: what a share group's member subscribes to (KIP-932). */
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
