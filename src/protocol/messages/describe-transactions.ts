import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, string } from '../schema.ts'

/** State of transactions by transactional id (KIP-664). */
export const describeTransactionsApi = api({
  key: 65,
  name: 'DescribeTransactions',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    transactionalIds: array(string()),
  },
  response: {
    throttleTimeMs: int32(),
    transactionStates: array({
      errorCode: int16(),
      transactionalId: string(),
      transactionState: string(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: int64(),
      producerEpoch: int16(),
      topics: array({
        topic: string(),
        partitions: array(int32()),
      }),
    }),
  },
})

export type DescribeTransactionsRequest = RequestOf<typeof describeTransactionsApi>
export type DescribeTransactionsResponse = ResponseInputOf<typeof describeTransactionsApi>
