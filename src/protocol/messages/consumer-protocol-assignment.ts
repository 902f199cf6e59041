import type { MessageValue } from '../schema.ts'
import { array, bytes, int32, message, string } from '../schema.ts'

/** DOC */
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
