import type { MessageValue } from '../../protocol/schema.ts'
import { int8, message } from '../../protocol/schema.ts'

/** State of a migration from ZooKeeper; always "none" here. */
export const zkMigrationStateRecord = message({
  name: 'ZkMigrationStateRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    zkMigrationState: int8(),
  },
})

export type ZkMigrationStateRecord = MessageValue<typeof zkMigrationStateRecord>
