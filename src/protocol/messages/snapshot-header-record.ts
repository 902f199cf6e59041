import type { MessageValue } from '../schema.ts'
import { int16, int64, message } from '../schema.ts'

/** Control record: the first of a metadata snapshot (KIP-630). */
export const snapshotHeaderRecord = message({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16(),
    lastContainedLogTimestamp: int64(),
  },
})

export type SnapshotHeaderRecord = MessageValue<typeof snapshotHeaderRecord>
