import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int8, int16, int32, int64, message } from '../../../protocol/schema.ts'

/** Value of a record: a change to the state of a share partition since its snapshot (KIP-932). */
export const shareUpdateValue = message({
  name: 'ShareUpdateValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    snapshotEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ default: -1, tag: 0 }),
    stateBatches: array({
      firstOffset: int64(),
      lastOffset: int64(),
      deliveryState: int8(),
      deliveryCount: int16(),
    }),
  },
})

export type ShareUpdateValue = MessageValue<typeof shareUpdateValue>
