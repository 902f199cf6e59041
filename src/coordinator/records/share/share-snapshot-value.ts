import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int8, int16, int32, int64, message } from '../../../protocol/schema.ts'

/** Value of a record: the whole state of a share partition (KIP-932). */
export const shareSnapshotValue = message({
  name: 'ShareSnapshotValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    snapshotEpoch: int32(),
    stateEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ default: -1, tag: 0 }),
    createTimestamp: int64(),
    writeTimestamp: int64(),
    stateBatches: array({
      firstOffset: int64(),
      lastOffset: int64(),
      deliveryState: int8(),
      deliveryCount: int16(),
    }),
  },
})

export type ShareSnapshotValue = MessageValue<typeof shareSnapshotValue>
