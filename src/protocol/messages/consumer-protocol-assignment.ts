import type { MessageValue } from '../schema.ts'
import { array, bytes, int32, message, string } from '../schema.ts'

/** What a classic consumer group's leader assigns to a member; opaque to the broker but for its topics. */
export const consumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  fields: {
    assignedPartitions: array({
      topic: string(),
      partitions: array(int32()),
    }),
    userData: bytes({ nullable: true, default: null }),
  },
})

export type ConsumerProtocolAssignment = MessageValue<typeof consumerProtocolAssignment>
