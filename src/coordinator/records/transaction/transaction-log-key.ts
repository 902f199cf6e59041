import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a transactional id and its transaction (KIP-98). */
export const transactionLogKey = message({
  name: 'TransactionLogKey',
  versions: [0, 0],
  fields: {
    transactionalId: string(),
  },
})

export type TransactionLogKey = MessageValue<typeof transactionLogKey>
