import type { CandidateRole, UnattachedRole } from './quorum-role.ts'

/** Stands for election in the next epoch, with its own vote. */
export function becomeCandidate(role: UnattachedRole, localId: number): CandidateRole {
  return { kind: 'candidate', epoch: role.epoch + 1, grantedBy: new Set([localId]) }
}
