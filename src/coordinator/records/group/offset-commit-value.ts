import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, int64, long, message, string, uuid } from '../../../protocol/schema.ts'

/** Value of a record: a committed offset of a group (version 1 of the key). */
export const offsetCommitValue = message({
  name: 'OffsetCommitValue',
  versions: [0, 4],
  flexibleSince: 4,
  fields: {
    offset: long(),
    leaderEpoch: int32({ since: 3, default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ since: 1, until: 1, default: -1, ignorable: true }),
    topicId: uuid({ since: 4, tag: 0, ignorable: true }),
  },
})

export type OffsetCommitValue = MessageValue<typeof offsetCommitValue>
