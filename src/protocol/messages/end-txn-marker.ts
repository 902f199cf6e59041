import type { MessageValue } from '../schema.ts'
import { int32, message } from '../schema.ts'

/** Value of a commit or abort marker. */
export const endTxnMarker = message({
  name: 'EndTxnMarker',
  versions: [0, 0],
  fields: {
    coordinatorEpoch: int32(),
  },
})

export type EndTxnMarker = MessageValue<typeof endTxnMarker>
