import type { MessageValue } from '../schema.ts'
import { int32, message } from '../schema.ts'

/** DOC */
export const endTxnMarker = message({
  name: 'EndTxnMarker',
  versions: [0, 0],
  fields: {
    coordinatorEpoch: int32(),
  },
})

export type EndTxnMarker = MessageValue<typeof endTxnMarker>
