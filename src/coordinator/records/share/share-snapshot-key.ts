import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, message, string, uuid } from '../../../protocol/schema.ts'

/** Key of a record: the whole state of a share partition (KIP-932). */
export const shareSnapshotKey = message({
  name: 'ShareSnapshotKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    topicId: uuid(),
    partition: int32(),
  },
})

export type ShareSnapshotKey = MessageValue<typeof shareSnapshotKey>
