import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, long, message, string } from '../../../protocol/schema.ts'

const lastAssignmentConfig = {
  key: string(),
  value: string(),
}

/** Value of a record: a streams group's epoch (KIP-1071). */
export const streamsGroupMetadataValue = message({
  name: 'StreamsGroupMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32(),
    metadataHash: long(),
    validatedTopologyEpoch: int32({ default: -1, tag: 0 }),
    lastAssignmentConfigs: array(lastAssignmentConfig, { nullable: true, default: null, tag: 1 }),
    storedDescriptionTopologyEpoch: int32({ default: -1, tag: 2 }),
    failedDescriptionTopologyEpoch: int32({ default: -1, tag: 3 }),
  },
})

export type StreamsGroupMetadataValue = MessageValue<typeof streamsGroupMetadataValue>
