import type { MessageValue } from '../../protocol/schema.ts'
import { int16, message, string } from '../../protocol/schema.ts'

/** A finalized feature level. */
export const featureLevelRecord = message({
  name: 'FeatureLevelRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string(),
    featureLevel: int16(),
  },
})

export type FeatureLevelRecord = MessageValue<typeof featureLevelRecord>
