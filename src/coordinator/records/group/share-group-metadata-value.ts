import type { MessageValue } from '../../../protocol/schema.ts'
import { int32, long, message } from '../../../protocol/schema.ts'

/** Value of a record: a share group's epoch (KIP-932). */
export const shareGroupMetadataValue = message({
  name: 'ShareGroupMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32(),
    metadataHash: long(),
  },
})

export type ShareGroupMetadataValue = MessageValue<typeof shareGroupMetadataValue>
