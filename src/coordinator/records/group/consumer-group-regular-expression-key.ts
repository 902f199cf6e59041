import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a regular expression of a consumer group and the topics it matched (KIP-848). */
export const consumerGroupRegularExpressionKey = message({
  name: 'ConsumerGroupRegularExpressionKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    regularExpression: string(),
  },
})

export type ConsumerGroupRegularExpressionKey = MessageValue<typeof consumerGroupRegularExpressionKey>
