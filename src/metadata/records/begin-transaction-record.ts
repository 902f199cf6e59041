import type { MessageValue } from '../../protocol/schema.ts'
import { message, string } from '../../protocol/schema.ts'

/** What follows counts only once EndTransactionRecord is there (KIP-868). */
export const beginTransactionRecord = message({
  name: 'BeginTransactionRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string({ nullable: true, default: null, tag: 0 }),
  },
})

export type BeginTransactionRecord = MessageValue<typeof beginTransactionRecord>
