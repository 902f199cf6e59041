import type { MessageValue } from '../schema.ts'
import { int16, message } from '../schema.ts'

/** Control record: the version of the quorum's own formats (KIP-853). */
export const kRaftVersionRecord = message({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    version: int16(),
    kRaftVersion: int16(),
  },
})

export type KRaftVersionRecord = MessageValue<typeof kRaftVersionRecord>
