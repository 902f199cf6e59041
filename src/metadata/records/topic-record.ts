import type { MessageValue } from '../../protocol/schema.ts'
import { message, string, uuid } from '../../protocol/schema.ts'

/** A topic was made: its name and id. */
export const topicRecord = message({
  name: 'TopicRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string(),
    topicId: uuid(),
  },
})

export type TopicRecord = MessageValue<typeof topicRecord>
