import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int8, int16, int32, int64, string, uuid } from '../schema.ts'

const updateMetadataPartitionState = {
  topicName: string({ until: 4, ignorable: true }),
  partitionIndex: int32(),
  controllerEpoch: int32(),
  leader: int32(),
  leaderEpoch: int32(),
  isr: array(int32()),
  zkVersion: int32(),
  replicas: array(int32()),
  offlineReplicas: array(int32(), { since: 4, ignorable: true }),
}

/** The cluster's state, sent by controllers under ZooKeeper. Not served: known so that it can be named. */
export const updateMetadataApi = api({
  key: 6,
  name: 'UpdateMetadata',
  versions: [0, 8],
  flexibleSince: 6,
  offeredUntil: -1,
  request: {
    controllerId: int32(),
    isKRaftController: bool({ since: 8, default: false }),
    type: int8({ since: 8, default: 0, tag: 0 }),
    controllerEpoch: int32(),
    brokerEpoch: int64({ since: 5, default: -1, ignorable: true }),
    ungroupedPartitionStates: array(updateMetadataPartitionState, { until: 4 }),
    topicStates: array(
      {
        topicName: string(),
        topicId: uuid({ since: 7, ignorable: true }),
        partitionStates: array(updateMetadataPartitionState),
      },
      { since: 5 },
    ),
    liveBrokers: array({
      id: int32(),
      v0Host: string({ until: 0, ignorable: true }),
      v0Port: int32({ until: 0, ignorable: true }),
      endpoints: array(
        {
          port: int32(),
          host: string(),
          listener: string({ since: 3, ignorable: true }),
          securityProtocol: int16(),
        },
        { since: 1, ignorable: true },
      ),
      rack: string({ since: 2, nullable: true, ignorable: true }),
    }),
  },
  response: {
    errorCode: int16(),
  },
})

export type UpdateMetadataRequest = RequestOf<typeof updateMetadataApi>
export type UpdateMetadataResponse = ResponseInputOf<typeof updateMetadataApi>
