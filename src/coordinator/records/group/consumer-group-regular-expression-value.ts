import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int64, message, string } from '../../../protocol/schema.ts'

/** Value of a record: a regular expression of a consumer group and the topics it matched (KIP-848). */
export const consumerGroupRegularExpressionValue = message({
  name: 'ConsumerGroupRegularExpressionValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topics: array(string()),
    version: int64(),
    timestamp: int64(),
  },
})

export type ConsumerGroupRegularExpressionValue = MessageValue<typeof consumerGroupRegularExpressionValue>
