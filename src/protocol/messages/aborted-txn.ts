import type { MessageValue } from '../schema.ts'
import { int64, message } from '../schema.ts'

/** An entry of a transaction index (`.txnindex`): one aborted transaction. */
export const abortedTxn = message({
  name: 'AbortedTxn',
  versions: [0, 0],
  fields: {
    producerId: int64(),
    firstOffset: int64(),
    lastOffset: int64(),
    lastStableOffset: int64(),
  },
})

export type AbortedTxn = MessageValue<typeof abortedTxn>
