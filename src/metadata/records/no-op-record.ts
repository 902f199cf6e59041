import type { MessageValue } from '../../protocol/schema.ts'
import { message } from '../../protocol/schema.ts'

/** DOC */
export const noOpRecord = message({
  name: 'NoOpRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {},
})

export type NoOpRecord = MessageValue<typeof noOpRecord>
