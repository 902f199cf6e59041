import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, string } from '../schema.ts'

/**
 * A broker asks to be relieved of its leaderships, under ZooKeeper. Not served: known so that it can be
 * named.
 */
export const controlledShutdownApi = api({
  key: 7,
  name: 'ControlledShutdown',
  versions: [0, 3],
  flexibleSince: 3,
  offeredUntil: -1,
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ since: 2, default: -1, ignorable: true }),
  },
  response: {
    errorCode: int16(),
    remainingPartitions: array({
      topicName: string(),
      partitionIndex: int32(),
    }),
  },
})

export type ControlledShutdownRequest = RequestOf<typeof controlledShutdownApi>
export type ControlledShutdownResponse = ResponseInputOf<typeof controlledShutdownApi>
