import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a classic group with its members and their assignments. */
export const groupMetadataKey = message({
  name: 'GroupMetadataKey',
  versions: [0, 0],
  fields: {
    group: string(),
  },
})

export type GroupMetadataKey = MessageValue<typeof groupMetadataKey>
