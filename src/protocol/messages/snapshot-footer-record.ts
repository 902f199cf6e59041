import type { MessageValue } from '../schema.ts'
import { int16, message } from '../schema.ts'

/** Control record: the last of a metadata snapshot (KIP-630). */
export const snapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16(),
  },
})

export type SnapshotFooterRecord = MessageValue<typeof snapshotFooterRecord>
