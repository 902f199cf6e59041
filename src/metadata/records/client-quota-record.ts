import type { MessageValue } from '../../protocol/schema.ts'
import { array, bool, float64, message, string } from '../../protocol/schema.ts'

/** A client quota was set or removed. */
export const clientQuotaRecord = message({
  name: 'ClientQuotaRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    entity: array({
      entityType: string(),
      entityName: string({ nullable: true }),
    }),
    key: string(),
    value: float64(),
    remove: bool(),
  },
})

export type ClientQuotaRecord = MessageValue<typeof clientQuotaRecord>
