import type { CandidateRole, LeaderRole } from './quorum-role.ts'
import type { VoterSet } from './voter-set.ts'

/** Whether enough of the voters have granted their vote. */
export function isElected({ grantedBy }: CandidateRole, voters: VoterSet): boolean {
  const granted = voters.ids.filter(id => grantedBy.has(id))
  return granted.length >= voters.majority
}

/** Leads from the end of its log on. */
export function becomeLeader(
  { epoch }: CandidateRole,
  log: { endOffset: number; flushedEndOffset: number },
): LeaderRole {
  return {
    kind: 'leader',
    epoch,
    epochStartOffset: log.endOffset,
    flushedEndOffset: log.flushedEndOffset,
    highWatermark: undefined,
  }
}
