import type { MessageValue } from '../../protocol/schema.ts'
import { message, uuid } from '../../protocol/schema.ts'

/** An ACL was removed. */
export const removeAccessControlEntryRecord = message({
  name: 'RemoveAccessControlEntryRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: uuid(),
  },
})

export type RemoveAccessControlEntryRecord = MessageValue<typeof removeAccessControlEntryRecord>
