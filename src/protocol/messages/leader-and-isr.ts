import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int8, int16, int32, int64, string, uuid } from '../schema.ts'

const leaderAndIsrPartitionError = {
  topicName: string({ until: 4, ignorable: true }),
  partitionIndex: int32(),
  errorCode: int16(),
}

const leaderAndIsrPartitionState = {
  topicName: string({ until: 1, ignorable: true }),
  partitionIndex: int32(),
  controllerEpoch: int32(),
  leader: int32(),
  leaderEpoch: int32(),
  isr: array(int32()),
  partitionEpoch: int32(),
  replicas: array(int32()),
  addingReplicas: array(int32(), { since: 3, ignorable: true }),
  removingReplicas: array(int32(), { since: 3, ignorable: true }),
  isNew: bool({ since: 1, default: false, ignorable: true }),
  leaderRecoveryState: int8({ since: 6, default: 0 }),
}

/** Roles of replicas, sent by controllers under ZooKeeper. Not served: known so that it can be named. */
export const leaderAndIsrApi = api({
  key: 4,
  name: 'LeaderAndIsr',
  versions: [0, 7],
  flexibleSince: 4,
  offeredUntil: -1,
  request: {
    controllerId: int32(),
    isKRaftController: bool({ since: 7, default: false }),
    controllerEpoch: int32(),
    brokerEpoch: int64({ since: 2, default: -1, ignorable: true }),
    type: int8({ since: 5 }),
    ungroupedPartitionStates: array(leaderAndIsrPartitionState, { until: 1 }),
    topicStates: array(
      {
        topicName: string(),
        topicId: uuid({ since: 5, ignorable: true }),
        partitionStates: array(leaderAndIsrPartitionState),
      },
      { since: 2 },
    ),
    liveLeaders: array({
      brokerId: int32(),
      hostName: string(),
      port: int32(),
    }),
  },
  response: {
    errorCode: int16(),
    partitionErrors: array(leaderAndIsrPartitionError, { until: 4 }),
    topics: array(
      {
        topicId: uuid(),
        partitionErrors: array(leaderAndIsrPartitionError),
      },
      { since: 5 },
    ),
  },
})

export type LeaderAndIsrRequest = RequestOf<typeof leaderAndIsrApi>
export type LeaderAndIsrResponse = ResponseInputOf<typeof leaderAndIsrApi>
