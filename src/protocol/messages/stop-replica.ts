import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, int64, string } from '../schema.ts'

/**
 * Stops or deletes replicas, sent by controllers under ZooKeeper. Not served: known so that it can be named.
 */
export const stopReplicaApi = api({
  key: 5,
  name: 'StopReplica',
  versions: [0, 4],
  flexibleSince: 2,
  offeredUntil: -1,
  request: {
    controllerId: int32(),
    isKRaftController: bool({ since: 4, default: false }),
    controllerEpoch: int32(),
    brokerEpoch: int64({ since: 1, default: -1, ignorable: true }),
    deletePartitions: bool({ until: 2 }),
    ungroupedPartitions: array(
      {
        topicName: string(),
        partitionIndex: int32(),
      },
      { until: 0 },
    ),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      { since: 1, until: 2 },
    ),
    topicStates: array(
      {
        topicName: string(),
        partitionStates: array({
          partitionIndex: int32(),
          leaderEpoch: int32({ default: -1 }),
          deletePartition: bool(),
        }),
      },
      { since: 3 },
    ),
  },
  response: {
    errorCode: int16(),
    partitionErrors: array({
      topicName: string(),
      partitionIndex: int32(),
      errorCode: int16(),
    }),
  },
})

export type StopReplicaRequest = RequestOf<typeof stopReplicaApi>
export type StopReplicaResponse = ResponseInputOf<typeof stopReplicaApi>
