import type { MessageValue } from '../../protocol/schema.ts'
import { message, string } from '../../protocol/schema.ts'

/** Eligible leader replicas are forgotten (KIP-966). */
export const clearElrRecord = message({
  name: 'ClearElrRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicName: string(),
  },
})

export type ClearElrRecord = MessageValue<typeof clearElrRecord>
