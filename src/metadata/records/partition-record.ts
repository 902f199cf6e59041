import type { MessageValue } from '../../protocol/schema.ts'
import { array, int8, int32, message, uuid } from '../../protocol/schema.ts'

/** A partition as it was made, or stands in a snapshot. */
export const partitionRecord = message({
  name: 'PartitionRecord',
  versions: [0, 2],
  flexibleSince: 0,
  fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    replicas: array(int32()),
    isr: array(int32()),
    removingReplicas: array(int32()),
    addingReplicas: array(int32()),
    leader: int32({ default: -1 }),
    leaderRecoveryState: int8({ default: 0, tag: 0 }),
    leaderEpoch: int32({ default: -1 }),
    partitionEpoch: int32({ default: -1 }),
    directories: array(uuid(), { since: 1 }),
    eligibleLeaderReplicas: array(int32(), { since: 2, nullable: true, default: null, tag: 1 }),
    lastKnownElr: array(int32(), { since: 2, nullable: true, default: null, tag: 2 }),
  },
})

export type PartitionRecord = MessageValue<typeof partitionRecord>
