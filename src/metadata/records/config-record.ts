import type { MessageValue } from '../../protocol/schema.ts'
import { int8, message, string } from '../../protocol/schema.ts'

/** A configuration value was set, or removed where it is null. */
export const configRecord = message({
  name: 'ConfigRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string({ nullable: true }),
  },
})

export type ConfigRecord = MessageValue<typeof configRecord>
