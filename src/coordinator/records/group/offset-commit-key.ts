import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, message, string } from '../../../protocol/schema.ts'

/** Key of a record: a committed offset of a group (version 1 of the key). */
export const offsetCommitKey = message({
  name: 'OffsetCommitKey',
  versions: [0, 0],
  fields: {
    group: string(),
    topic: string(),
    partition: int32(),
  },
})

export type OffsetCommitKey = MessageValue<typeof offsetCommitKey>
