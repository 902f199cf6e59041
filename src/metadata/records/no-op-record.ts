import type { MessageValue } from '../../protocol/schema.ts'
import { message } from '../../protocol/schema.ts'

/** Nothing; moves the log on while there is nothing else to write (KIP-835). */
export const noOpRecord = message({
  name: 'NoOpRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {},
})

export type NoOpRecord = MessageValue<typeof noOpRecord>
