import type { MessageValue } from '../../../protocol/schema.ts'
import { int64, message, string } from '../../../protocol/schema.ts'

/** Value of a record: a committed offset of a group as the oldest brokers wrote it (version 0 of the key). */
export const legacyOffsetCommitValue = message({
  name: 'LegacyOffsetCommitValue',
  versions: [0, 0],
  fields: {
    offset: int64(),
    metadata: string(),
    commitTimestamp: int64(),
  },
})

export type LegacyOffsetCommitValue = MessageValue<typeof legacyOffsetCommitValue>
