import type { MessageValue } from '../../protocol/schema.ts'
import { message, string } from '../../protocol/schema.ts'

/** Everything since BeginTransactionRecord is void (KIP-868). */
export const abortTransactionRecord = message({
  name: 'AbortTransactionRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    reason: string({ nullable: true, default: null, tag: 0 }),
  },
})

export type AbortTransactionRecord = MessageValue<typeof abortTransactionRecord>
