/**
 * What a node is in the quorum. A role never changes; the machine puts another in its place:
 *
 *     unattached ──start──► candidate ──majority──► leader ──stopping──► resigned
 *
 * A quorum of one goes from unattached to leader in one step. Followers, observers and the rounds of votes between
 * several voters belong to a cluster and are not there yet.
 */
export type QuorumRole = UnattachedRole | CandidateRole | LeaderRole | ResignedRole

/** Knows an epoch and no leader. */
export interface UnattachedRole {
  readonly kind: 'unattached'
  readonly epoch: number
}

/** Asks for votes; has its own. */
export interface CandidateRole {
  readonly kind: 'candidate'
  readonly epoch: number
  readonly grantedBy: ReadonlySet<number>
}

/** Leads its epoch. */
export interface LeaderRole {
  readonly kind: 'leader'
  readonly epoch: number
  /** Where the epoch begins: nothing is committed before a record of the epoch itself is (Raft, 5.4.2). */
  readonly epochStartOffset: number
  /** Up to where this node's log is on stable storage. */
  readonly flushedEndOffset: number
  /** Undefined until a record of this epoch is committed. */
  readonly highWatermark: number | undefined
}

/** Led this epoch and does not any more. */
export interface ResignedRole {
  readonly kind: 'resigned'
  readonly epoch: number
}
