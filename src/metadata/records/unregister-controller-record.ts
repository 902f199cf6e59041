import type { MessageValue } from '../../protocol/schema.ts'
import { int32, message } from '../../protocol/schema.ts'

/** A controller was taken out of the cluster. */
export const unregisterControllerRecord = message({
  name: 'UnregisterControllerRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    controllerId: int32(),
  },
})

export type UnregisterControllerRecord = MessageValue<typeof unregisterControllerRecord>
