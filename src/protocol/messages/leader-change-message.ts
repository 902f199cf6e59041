import type { MessageValue } from '../schema.ts'
import { array, int16, int32, message, uuid } from '../schema.ts'

const voter = {
  voterId: int32(),
  voterDirectoryId: uuid({ since: 1 }),
}

/** Control record: the first of every epoch of the metadata log (KIP-595). */
export const leaderChangeMessage = message({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexibleSince: 0,
  fields: {
    version: int16(),
    leaderId: int32(),
    voters: array(voter),
    grantingVoters: array(voter),
  },
})

export type LeaderChangeMessage = MessageValue<typeof leaderChangeMessage>
