import type { MessageValue } from '../schema.ts'
import { array, int32, int64, message, string, uuid } from '../schema.ts'

/** The `quorum-state` file: epoch, vote and leader, written as JSON. */
export const quorumStateData = message({
  name: 'QuorumStateData',
  versions: [0, 1],
  flexibleSince: 0,
  fields: {
    clusterId: string({ until: 0 }),
    leaderId: int32({ default: -1 }),
    leaderEpoch: int32({ default: -1 }),
    votedId: int32({ default: -1 }),
    votedDirectoryId: uuid({ since: 1 }),
    appliedOffset: int64({ until: 0 }),
    currentVoters: array(
      {
        voterId: int32(),
      },
      { until: 0, nullable: true },
    ),
  },
})

export type QuorumStateData = MessageValue<typeof quorumStateData>
