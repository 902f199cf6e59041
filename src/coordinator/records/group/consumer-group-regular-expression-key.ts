import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const consumerGroupRegularExpressionKey = message({
  name: 'ConsumerGroupRegularExpressionKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
    regularExpression: string(),
  },
})

export type ConsumerGroupRegularExpressionKey = MessageValue<typeof consumerGroupRegularExpressionKey>
