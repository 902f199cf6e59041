import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int8, int16, int32, int64, message, string } from '../../../protocol/schema.ts'

/** Value of a record: a transactional id and its transaction (KIP-98). */
export const transactionLogValue = message({
  name: 'TransactionLogValue',
  versions: [0, 1],
  flexibleSince: 1,
  fields: {
    producerId: int64(),
    previousProducerId: int64({ default: -1, tag: 0 }),
    nextProducerId: int64({ default: -1, tag: 1 }),
    producerEpoch: int16(),
    nextProducerEpoch: int16({ default: -1, tag: 3 }),
    transactionTimeoutMs: int32(),
    transactionStatus: int8(),
    transactionPartitions: array(
      {
        topic: string(),
        partitionIds: array(int32()),
      },
      { nullable: true },
    ),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    clientTransactionVersion: int16({ default: 0, tag: 2 }),
  },
})

export type TransactionLogValue = MessageValue<typeof transactionLogValue>
