import type { FollowerState } from './follower-state.ts'
import { afterFetch, followerOfReelected, isCaughtUp, unknownFollower } from './follower-state.ts'

/** What the metadata says of a partition, as far as its leader is concerned. */
export interface Membership {
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly partitionEpoch: number
  /** `min.insync.replicas`; more than there are replicas asks for all of them. */
  readonly minInsyncReplicas: number
}

/** Epochs of the brokers that may be in sync: registered, neither fenced nor on their way out. */
export type ActiveBrokerEpochs = ReadonlyMap<number, number>

export interface PartitionLeaderOptions extends Membership {
  readonly localId: number
  readonly leaderEpoch: number
  /** The log end offset when this epoch began. */
  readonly epochStartOffset: number
  readonly highWatermark: number
  readonly logEndOffset: number
  readonly flushedEndOffset: number
  readonly activeBrokers: ActiveBrokerEpochs
  /** `replica.lag.time.max.ms` */
  readonly lagTimeMaxMs: number
  readonly nowMs: number
  /** This broker's leadership of the epoch before, where it had it. */
  readonly previous?: PartitionLeader | undefined
}

/** How the controller answered a wish. */
export type AlterPartitionOutcome =
  /** Done, or so already. */
  | { readonly result: 'applied'; readonly isr: readonly number[]; readonly partitionEpoch: number }
  /** Certainly not done (INELIGIBLE_REPLICA, OPERATION_NOT_ATTEMPTED). */
  | { readonly result: 'refused' }
  /** Not known, or based on an old state: the metadata will tell. */
  | { readonly result: 'unknown' }
  /** Not delivered: to be sent again. */
  | { readonly result: 'failed' }

export type PartitionLeaderEvent =
  /** The local log grew, in memory or on disk. */
  | { readonly kind: 'log'; readonly logEndOffset: number; readonly flushedEndOffset: number }
  | {
      readonly kind: 'follower-fetch'
      readonly replicaId: number
      /** Everything below is durable at the follower. */
      readonly fetchOffset: number
      readonly logStartOffset: number
      readonly brokerEpoch: number | undefined
    }
  | { readonly kind: 'membership'; readonly membership: Membership }
  | { readonly kind: 'brokers'; readonly activeBrokers: ActiveBrokerEpochs }
  | { readonly kind: 'alter-partition'; readonly outcome: AlterPartitionOutcome }
  /** Time has passed: followers that lag leave the in-sync replicas. */
  | { readonly kind: 'tick' }

/** A wish for AlterPartition: the in-sync replicas as the leader wants them. */
export interface AlterPartitionWish {
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly isr: readonly { readonly brokerId: number; readonly brokerEpoch: number | undefined }[]
}

export interface PartitionLeaderEffects {
  /** The new high watermark, where it has grown. */
  readonly highWatermark: number | undefined
  /** To be sent to the controller; the answer comes back as an event. At most one is under way. */
  readonly alterPartition: AlterPartitionWish | undefined
}

/**
 * - `waiting`: not yet on all in-sync replicas.
 * - `acknowledged`: on all of them.
 * - `too-few-replicas`: committed, but meanwhile fewer replicas are in sync than `min.insync.replicas` asks for.
 */
export type AckState = 'waiting' | 'acknowledged' | 'too-few-replicas'

const NO_EFFECTS: PartitionLeaderEffects = { highWatermark: undefined, alterPartition: undefined }

/** A change of the in-sync replicas that the controller has not answered yet. */
interface PendingChange {
  readonly isr: readonly number[]
  /** What must hold a record before it is committed, whichever way the answer goes (KIP-497). */
  readonly maximalIsr: ReadonlySet<number>
}

/**
 * What the leader of a partition decides: its high watermark and who is in sync (Kafka's Partition). Pure: time and
 * all that happens come in as events. The leader counts itself at its flushed end, a follower at the offset it
 * fetches from, so that what is committed is durable on every in-sync replica. One leadership is one leader epoch.
 */
export class PartitionLeader {
  readonly leaderEpoch: number
  /** Before the high watermark has reached it, nobody can say what the latest offset is (KIP-207). */
  readonly epochStartOffset: number
  readonly #localId: number
  readonly #lagTimeMaxMs: number
  readonly #followers = new Map<number, FollowerState>()
  #membership: Membership
  #isr: ReadonlySet<number>
  #pending: PendingChange | undefined
  #activeBrokers: ActiveBrokerEpochs
  #highWatermark: number
  #logEndOffset: number
  #flushedEndOffset: number

  /** The high watermark may be higher from the start on: take it from `highWatermark`. */
  constructor(options: PartitionLeaderOptions) {
    const { replicas, isr, partitionEpoch, minInsyncReplicas } = options
    this.leaderEpoch = options.leaderEpoch
    this.epochStartOffset = options.epochStartOffset
    this.#localId = options.localId
    this.#lagTimeMaxMs = options.lagTimeMaxMs
    this.#membership = { replicas, isr, partitionEpoch, minInsyncReplicas }
    this.#isr = new Set(isr)
    this.#activeBrokers = options.activeBrokers
    this.#highWatermark = options.highWatermark
    this.#logEndOffset = options.logEndOffset
    this.#flushedEndOffset = options.flushedEndOffset
    for (const id of replicas) {
      if (id === this.#localId) continue
      const start = { inSync: this.#isr.has(id), nowMs: options.nowMs, leaderEndOffset: options.logEndOffset }
      const known = options.previous?.follower(id)
      this.#followers.set(
        id,
        known === undefined ? unknownFollower(start) : followerOfReelected(known, start),
      )
    }
    this.#advanceHighWatermark(options.nowMs)
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  get partitionEpoch(): number {
    return this.#membership.partitionEpoch
  }

  /** As the controller knows them. */
  get isr(): ReadonlySet<number> {
    return this.#isr
  }

  get hasFollowers(): boolean {
    return this.#followers.size > 0
  }

  follower(brokerId: number): FollowerState | undefined {
    return this.#followers.get(brokerId)
  }

  /** Fewer replicas are in sync than an append with acks=all asks for. */
  get isUnderMinIsr(): boolean {
    return this.#isr.size < this.#effectiveMinIsr
  }

  get #effectiveMinIsr(): number {
    return Math.min(this.#membership.minInsyncReplicas, this.#followers.size + 1)
  }

  get #maximalIsr(): ReadonlySet<number> {
    return this.#pending?.maximalIsr ?? this.#isr
  }

  /** How far an append that ends at `endOffset` has come. */
  ackState(endOffset: number): AckState {
    if (this.#highWatermark < endOffset) return 'waiting'
    return this.#maximalIsr.size >= this.#effectiveMinIsr ? 'acknowledged' : 'too-few-replicas'
  }

  /** There are no other replicas: what this broker has on stable storage is committed. */
  get isAlone(): boolean {
    return this.#followers.size === 0
  }

  /** The lowest log start offset of the replicas that are there; undefined while one has not told its own. */
  lowWatermark(logStartOffset: number): number | undefined {
    let lowest: number | undefined = logStartOffset
    for (const [id, follower] of this.#followers) {
      if (!this.#activeBrokers.has(id)) continue
      if (follower.logStartOffset === undefined) return undefined
      lowest = Math.min(lowest, follower.logStartOffset)
    }
    return lowest
  }

  /** An earlier broker epoch than the one registered: the fetch is from before the follower's restart (KIP-903). */
  isStaleFollower(replicaId: number, brokerEpoch: number | undefined): boolean {
    const registered = this.#activeBrokers.get(replicaId)
    return brokerEpoch !== undefined && registered !== undefined && registered > brokerEpoch
  }

  step(event: PartitionLeaderEvent, nowMs: number): PartitionLeaderEffects {
    switch (event.kind) {
      case 'log':
        this.#logEndOffset = event.logEndOffset
        this.#flushedEndOffset = event.flushedEndOffset
        return this.#followers.size === 0 ? this.#stepAlone(nowMs) : this.#effects(nowMs, undefined)
      case 'follower-fetch':
        return this.#onFollowerFetch(event, nowMs)
      case 'membership':
        this.#onMembership(event.membership, nowMs)
        return this.#effects(nowMs, undefined)
      case 'brokers':
        this.#activeBrokers = event.activeBrokers
        return this.#effects(nowMs, undefined)
      case 'alter-partition':
        return this.#onAlterPartition(event.outcome, nowMs)
      case 'tick':
        return this.#effects(nowMs, this.#shrink(nowMs))
    }
  }

  /** The way of a partition with one replica: nothing to decide but its own end. */
  #stepAlone(nowMs: number): PartitionLeaderEffects {
    return this.#advanceHighWatermark(nowMs)
      ? { highWatermark: this.#highWatermark, alterPartition: undefined }
      : NO_EFFECTS
  }

  #effects(nowMs: number, alterPartition: AlterPartitionWish | undefined): PartitionLeaderEffects {
    const highWatermark = this.#advanceHighWatermark(nowMs) ? this.#highWatermark : undefined
    return highWatermark === undefined && alterPartition === undefined
      ? NO_EFFECTS
      : { highWatermark, alterPartition }
  }

  #onFollowerFetch(
    event: PartitionLeaderEvent & { kind: 'follower-fetch' },
    nowMs: number,
  ): PartitionLeaderEffects {
    const follower = this.#followers.get(event.replicaId)
    if (follower === undefined || this.isStaleFollower(event.replicaId, event.brokerEpoch)) return NO_EFFECTS
    const { fetchOffset, logStartOffset, brokerEpoch } = event
    const leaderEndOffset = this.#logEndOffset
    this.#followers.set(
      event.replicaId,
      afterFetch(follower, { fetchOffset, logStartOffset, brokerEpoch, leaderEndOffset, nowMs }),
    )
    // The wish to take it in comes first: it makes the high watermark wait for it.
    const alterPartition = this.#expand(event.replicaId)
    return this.#effects(nowMs, alterPartition)
  }

  #onMembership(membership: Membership, nowMs: number): void {
    const { minInsyncReplicas } = membership
    this.#membership = { ...this.#membership, minInsyncReplicas }
    // What the controller has answered may be newer than the metadata that has come.
    if (membership.partitionEpoch <= this.#membership.partitionEpoch) return
    this.#membership = membership
    this.#isr = new Set(membership.isr)
    this.#pending = undefined
    for (const id of this.#followers.keys()) {
      if (!membership.replicas.includes(id)) this.#followers.delete(id)
    }
    for (const id of membership.replicas) {
      if (id === this.#localId || this.#followers.has(id)) continue
      this.#followers.set(id, unknownFollower({ inSync: this.#isr.has(id), nowMs }))
    }
  }

  #onAlterPartition(outcome: AlterPartitionOutcome, nowMs: number): PartitionLeaderEffects {
    const pending = this.#pending
    if (pending === undefined) return NO_EFFECTS
    switch (outcome.result) {
      case 'applied':
        if (outcome.partitionEpoch < this.#membership.partitionEpoch) return NO_EFFECTS
        this.#membership = { ...this.#membership, isr: outcome.isr, partitionEpoch: outcome.partitionEpoch }
        this.#isr = new Set(outcome.isr)
        this.#pending = undefined
        return this.#effects(nowMs, undefined)
      case 'refused':
        this.#pending = undefined
        return this.#effects(nowMs, undefined)
      case 'unknown':
        return NO_EFFECTS
      case 'failed':
        return this.#effects(nowMs, this.#wish(pending.isr))
    }
  }

  /** A follower that has reached the high watermark and this epoch's start is in sync. */
  #expand(replicaId: number): AlterPartitionWish | undefined {
    if (this.#pending !== undefined || this.#isr.has(replicaId)) return undefined
    if (!this.#isEligible(replicaId)) return undefined
    const endOffset = this.#followers.get(replicaId)?.logEndOffset ?? -1
    if (endOffset < this.#highWatermark || endOffset < this.epochStartOffset) return undefined
    const isr = [...this.#isr, replicaId]
    this.#pending = { isr, maximalIsr: new Set(isr) }
    return this.#wish(isr)
  }

  #shrink(nowMs: number): AlterPartitionWish | undefined {
    if (this.#pending !== undefined) return undefined
    const isr = [...this.#isr].filter(id => {
      const follower = this.#followers.get(id)
      return id === this.#localId || (follower !== undefined && this.#isCaughtUp(follower, nowMs))
    })
    if (isr.length === this.#isr.size) return undefined
    this.#pending = { isr, maximalIsr: this.#isr }
    return this.#wish(isr)
  }

  #wish(isr: readonly number[]): AlterPartitionWish {
    return {
      leaderEpoch: this.leaderEpoch,
      partitionEpoch: this.#membership.partitionEpoch,
      isr: isr.map(brokerId => ({
        brokerId,
        brokerEpoch:
          brokerId === this.#localId
            ? this.#activeBrokers.get(brokerId)
            : this.#followers.get(brokerId)?.brokerEpoch,
      })),
    }
  }

  #isCaughtUp(follower: FollowerState, nowMs: number): boolean {
    const leaderEndOffset = this.#logEndOffset
    return isCaughtUp(follower, { leaderEndOffset, lagTimeMaxMs: this.#lagTimeMaxMs, nowMs })
  }

  #isEligible(replicaId: number): boolean {
    const registered = this.#activeBrokers.get(replicaId)
    const told = this.#followers.get(replicaId)?.brokerEpoch
    return registered !== undefined && (told === undefined || told === registered)
  }

  /**
   * The lowest end of the replicas that are in sync, or caught up and about to be. It never falls, and stands still
   * while too few are in sync.
   */
  #advanceHighWatermark(nowMs: number): boolean {
    if (this.isUnderMinIsr) return false
    let lowest = this.#flushedEndOffset
    const maximalIsr = this.#maximalIsr
    for (const [id, follower] of this.#followers) {
      const endOffset = follower.logEndOffset ?? -1
      if (endOffset >= lowest) continue
      if (maximalIsr.has(id) || (this.#isCaughtUp(follower, nowMs) && this.#isEligible(id))) {
        lowest = endOffset
      }
    }
    if (lowest <= this.#highWatermark) return false
    this.#highWatermark = lowest
    return true
  }
}
