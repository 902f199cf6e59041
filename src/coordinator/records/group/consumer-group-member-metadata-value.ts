import type { MessageValue } from '../../../protocol/schema.ts'
import { array, bytes, int32, message, string, struct } from '../../../protocol/schema.ts'

/** Value of a record: what a consumer group's member subscribes to (KIP-848). */
export const consumerGroupMemberMetadataValue = message({
  name: 'ConsumerGroupMemberMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    instanceId: string({ nullable: true }),
    rackId: string({ nullable: true }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullable: true }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: true }),
    classicMemberMetadata: struct(
      {
        sessionTimeoutMs: int32(),
        supportedProtocols: array({
          name: string(),
          metadata: bytes(),
        }),
      },
      { nullable: true, default: null, tag: 0 },
    ),
  },
})

export type ConsumerGroupMemberMetadataValue = MessageValue<typeof consumerGroupMemberMetadataValue>
