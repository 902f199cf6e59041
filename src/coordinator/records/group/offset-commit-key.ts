import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, message, string } from '../../../protocol/schema.ts'

/** DOC */
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
