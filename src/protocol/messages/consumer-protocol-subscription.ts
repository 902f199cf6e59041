import type { MessageValue } from '../schema.ts'
import { array, bytes, int32, message, string } from '../schema.ts'

/** What a classic consumer group's member subscribes to; opaque to the broker but for its topics. */
export const consumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  fields: {
    topics: array(string()),
    userData: bytes({ nullable: true, default: null }),
    ownedPartitions: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { since: 1, ignorable: true },
    ),
    generationId: int32({ since: 2, default: -1, ignorable: true }),
    rackId: string({ since: 3, nullable: true, default: null, ignorable: true }),
  },
})

export type ConsumerProtocolSubscription = MessageValue<typeof consumerProtocolSubscription>
