import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const transactionLogKey = message({
  name: 'TransactionLogKey',
  versions: [0, 0],
  fields: {
    transactionalId: string(),
  },
})

export type TransactionLogKey = MessageValue<typeof transactionLogKey>
