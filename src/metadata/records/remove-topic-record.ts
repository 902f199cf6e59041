import type { MessageValue } from '../../protocol/schema.ts'
import { message, uuid } from '../../protocol/schema.ts'

/** DOC */
export const removeTopicRecord = message({
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicId: uuid(),
  },
})

export type RemoveTopicRecord = MessageValue<typeof removeTopicRecord>
