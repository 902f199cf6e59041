import type { LeaderRole, ResignedRole } from './quorum-role.ts'

/**
 * The leader's own log is flushed up to `endOffset`. In a quorum of one that alone commits it; a record of the epoch
 * itself has to be among it.
 */
export function onLogFlushed(role: LeaderRole, endOffset: number): LeaderRole {
  const flushedEndOffset = Math.max(role.flushedEndOffset, endOffset)
  const committed = flushedEndOffset > role.epochStartOffset ? flushedEndOffset : undefined
  return { ...role, flushedEndOffset, highWatermark: committed ?? role.highWatermark }
}

export function resign({ epoch }: LeaderRole): ResignedRole {
  return { kind: 'resigned', epoch }
}
