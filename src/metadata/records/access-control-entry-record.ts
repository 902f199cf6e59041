import type { MessageValue } from '../../protocol/schema.ts'
import { int8, message, string, uuid } from '../../protocol/schema.ts'

/** An ACL. */
export const accessControlEntryRecord = message({
  name: 'AccessControlEntryRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    id: uuid(),
    resourceType: int8(),
    resourceName: string(),
    patternType: int8(),
    principal: string(),
    host: string(),
    operation: int8(),
    permissionType: int8(),
  },
})

export type AccessControlEntryRecord = MessageValue<typeof accessControlEntryRecord>
