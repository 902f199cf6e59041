import type { MessageValue } from '../../protocol/schema.ts'
import { message, uuid } from '../../protocol/schema.ts'

/** A topic was deleted, with its partitions. */
export const removeTopicRecord = message({
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicId: uuid(),
  },
})

export type RemoveTopicRecord = MessageValue<typeof removeTopicRecord>
