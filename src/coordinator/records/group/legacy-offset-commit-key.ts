import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, message, string } from '../../../protocol/schema.ts'

/** Key of a record: a committed offset of a group as the oldest brokers wrote it (version 0 of the key). */
export const legacyOffsetCommitKey = message({
  name: 'LegacyOffsetCommitKey',
  versions: [0, 0],
  fields: {
    group: string(),
    topic: string(),
    partition: int32(),
  },
})

export type LegacyOffsetCommitKey = MessageValue<typeof legacyOffsetCommitKey>
