import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, int64, string, uuid } from '../schema.ts'

/**
 * A leader asks the controller for another set of in-sync replicas (KIP-497). v2: topic ids · v3: broker
 * epochs (KIP-903).
 */
export const alterPartitionApi = api({
  key: 56,
  name: 'AlterPartition',
  versions: [0, 3],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    topics: array({
      topicName: string({ until: 1, ignorable: true }),
      topicId: uuid({ since: 2, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        leaderEpoch: int32(),
        newIsr: array(int32(), { until: 2 }),
        newIsrWithEpochs: array(
          {
            brokerId: int32(),
            brokerEpoch: int64({ default: -1 }),
          },
          { since: 3 },
        ),
        leaderRecoveryState: int8({ since: 1, default: 0 }),
        partitionEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    topics: array({
      topicName: string({ until: 1, ignorable: true }),
      topicId: uuid({ since: 2, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
        isr: array(int32()),
        leaderRecoveryState: int8({ since: 1, default: 0, ignorable: true }),
        partitionEpoch: int32(),
      }),
    }),
  },
})

export type AlterPartitionRequest = RequestOf<typeof alterPartitionApi>
export type AlterPartitionResponse = ResponseInputOf<typeof alterPartitionApi>
