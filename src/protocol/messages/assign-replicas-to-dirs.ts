import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, uuid } from '../schema.ts'

/** Which data directories a broker keeps replicas in (KIP-858). */
export const assignReplicasToDirsApi = api({
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    directories: array({
      id: uuid(),
      topics: array({
        topicId: uuid(),
        partitions: array({
          partitionIndex: int32(),
        }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    directories: array({
      id: uuid(),
      topics: array({
        topicId: uuid(),
        partitions: array({
          partitionIndex: int32(),
          errorCode: int16(),
        }),
      }),
    }),
  },
})

export type AssignReplicasToDirsRequest = RequestOf<typeof assignReplicasToDirsApi>
export type AssignReplicasToDirsResponse = ResponseInputOf<typeof assignReplicasToDirsApi>
