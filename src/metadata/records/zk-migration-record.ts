import type { MessageValue } from '../../protocol/schema.ts'
import { int8, message } from '../../protocol/schema.ts'

/** DOC */
export const zkMigrationRecord = message({
  name: 'ZkMigrationRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    zkMigrationState: int8(),
  },
})

export type ZkMigrationRecord = MessageValue<typeof zkMigrationRecord>
