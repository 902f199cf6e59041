import { becomeLeader, isElected } from './candidate.ts'
import type { QuorumEffect, QuorumEvent } from './effects.ts'
import type { ElectionState } from './election-state.ts'
import { onLogFlushed, resign } from './leader.ts'
import type { QuorumRole } from './quorum-role.ts'
import { becomeCandidate } from './unattached.ts'
import type { VoterSet } from './voter-set.ts'

export interface QuorumMachineOptions {
  readonly localId: number
  readonly voters: VoterSet
  /** As read from the `quorum-state` file. */
  readonly election: ElectionState
  /** The last epoch in the log or in the snapshot that it begins with. */
  readonly lastLogEpoch: number
}

/** Where the local log stands when an event happens. */
export interface LocalLog {
  readonly endOffset: number
  readonly flushedEndOffset: number
}

/**
 * The Raft of the metadata log (KIP-595), without a clock, disk or network: events in, effects out. It decides; the
 * driver does. So far it knows a quorum of one.
 */
export class QuorumMachine {
  readonly #localId: number
  readonly #voters: VoterSet
  #role: QuorumRole

  constructor({ localId, voters, election, lastLogEpoch }: QuorumMachineOptions) {
    if (voters.size !== 1 || !voters.ids.includes(localId)) {
      throw new Error(
        `a quorum of the voters ${voters.ids.join(', ')} cannot be led by node ${localId} alone`,
      )
    }
    this.#localId = localId
    this.#voters = voters
    this.#role = { kind: 'unattached', epoch: Math.max(election.epoch, lastLogEpoch) }
  }

  get role(): QuorumRole {
    return this.#role
  }

  step(event: QuorumEvent, log: LocalLog): QuorumEffect[] {
    const role = this.#role
    switch (event.kind) {
      case 'started':
        return role.kind === 'unattached' ? this.#standForElection(log) : []
      case 'log-flushed': {
        if (role.kind !== 'leader') return []
        const next = onLogFlushed(role, event.endOffset)
        this.#role = next
        if (next.highWatermark === undefined || next.highWatermark === role.highWatermark) return []
        return [{ kind: 'advance-high-watermark', offset: next.highWatermark }]
      }
      case 'stopping':
        if (role.kind !== 'leader') return []
        this.#role = resign(role)
        return [{ kind: 'resign', epoch: role.epoch }]
    }
  }

  #standForElection(log: LocalLog): QuorumEffect[] {
    if (this.#role.kind !== 'unattached') return []
    const candidate = becomeCandidate(this.#role, this.#localId)
    this.#role = candidate
    if (!isElected(candidate, this.#voters)) return []
    this.#role = becomeLeader(candidate, log)
    // The vote for itself need not be on disk on its own: nobody heard of it before the leadership is.
    const state: ElectionState = { epoch: candidate.epoch, leaderId: this.#localId, votedFor: undefined }
    return [
      { kind: 'persist-election-state', state },
      { kind: 'become-leader', epoch: candidate.epoch, grantingVoters: [...candidate.grantedBy] },
    ]
  }
}
