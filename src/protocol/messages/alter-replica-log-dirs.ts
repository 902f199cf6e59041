import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, string } from '../schema.ts'

/** Moves replicas between the data directories of a broker (KIP-113). */
export const alterReplicaLogDirsApi = api({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker'],
  request: {
    dirs: array({
      path: string(),
      topics: array({
        name: string(),
        partitions: array(int32()),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      topicName: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
})

export type AlterReplicaLogDirsRequest = RequestOf<typeof alterReplicaLogDirsApi>
export type AlterReplicaLogDirsResponse = ResponseInputOf<typeof alterReplicaLogDirsApi>
