import type { MessageValue } from '../../../protocol/schema.ts'
import { array, int32, message, string, struct, uint16 } from '../../../protocol/schema.ts'

const keyValue = {
  key: string(),
  value: string(),
}

const endpoint = {
  host: string(),
  port: uint16(),
}

/** Value of a record: a streams group's member and its topology (KIP-1071). */
export const streamsGroupMemberMetadataValue = message({
  name: 'StreamsGroupMemberMetadataValue',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    instanceId: string({ nullable: true }),
    rackId: string({ nullable: true }),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeoutMs: int32({ default: -1 }),
    topologyEpoch: int32(),
    processId: string(),
    userEndpoint: struct(endpoint, { nullable: true, default: null }),
    clientTags: array(keyValue),
  },
})

export type StreamsGroupMemberMetadataValue = MessageValue<typeof streamsGroupMemberMetadataValue>
