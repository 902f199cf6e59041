import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, message, string, uuid } from '../../../protocol/schema.ts'

/** Key of a record: a change to the state of a share partition since its snapshot (KIP-932). */
export const shareUpdateKey = message({
  name: 'ShareUpdateKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    topicId: uuid(),
    partition: int32(),
  },
})

export type ShareUpdateKey = MessageValue<typeof shareUpdateKey>
