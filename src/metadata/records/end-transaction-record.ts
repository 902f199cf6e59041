import type { MessageValue } from '../../protocol/schema.ts'
import { message } from '../../protocol/schema.ts'

/** Everything since BeginTransactionRecord counts (KIP-868). */
export const endTransactionRecord = message({
  name: 'EndTransactionRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {},
})

export type EndTransactionRecord = MessageValue<typeof endTransactionRecord>
