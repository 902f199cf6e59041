import type { LeaderRecoveryState, PartitionRegistration } from '../image/partition-registration.ts'
import {
  isReassigning,
  leaderRecoveryStateId,
  NO_LEADER,
  NO_LEADER_CHANGE,
} from '../image/partition-registration.ts'
import { metadataVersionSupports, recordVersion } from '../metadata-version.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'

/**
 * How a leader is sought when the present one cannot stay:
 * - `online`: any replica in sync (or eligible, where nobody is in sync).
 * - `preferred`: the same, and the first replica is taken over the present leader.
 * - `unclean`: any live replica where there is no other: what it lacks is lost.
 */
type Election = 'online' | 'preferred' | 'unclean'

/** What a change aims at; what is left out stays as it is. */
export interface PartitionTarget {
  readonly isr?: readonly number[]
  readonly replicas?: readonly number[]
  readonly addingReplicas?: readonly number[]
  readonly removingReplicas?: readonly number[]
  readonly leaderRecoveryState?: LeaderRecoveryState
  /** Directories of replicas, by broker. */
  readonly directories?: ReadonlyMap<number, string>
  readonly election?: Election
  /** A broker that may have lost what it held: it is not eligible any more. */
  readonly uncleanShutdownReplica?: number | undefined
}

/** What a change has to know of the cluster. */
export interface PartitionSurroundings {
  readonly metadataVersion: number
  readonly isElrEnabled: boolean
  /** The topic's, no more than it has replicas. */
  readonly minIsr: number
  readonly isAcceptableLeader: (brokerId: number) => boolean
  readonly defaultDirectory: (brokerId: number) => string
}

export interface PartitionPlace {
  readonly topicId: string
  readonly partitionId: number
}

/** The fields of a PartitionChangeRecord as they are being decided. */
interface Change {
  isr?: readonly number[]
  leader: number
  leaderRecoveryState: number
  replicas?: readonly number[]
  addingReplicas?: readonly number[]
  removingReplicas?: readonly number[]
  directories?: readonly string[]
  eligibleLeaderReplicas?: readonly number[]
  lastKnownElr?: readonly number[]
}

/**
 * Works out the record that takes a partition towards a target: completes a reassignment that is done, keeps the eligible
 * leaders (KIP-966), elects a leader, raises the leader epoch where followers must notice (Kafka's
 * PartitionChangeBuilder). Undefined: nothing changes.
 */
export function planPartitionChange(
  partition: PartitionRegistration,
  place: PartitionPlace,
  target: PartitionTarget,
  surroundings: PartitionSurroundings,
): MetadataRecord | undefined {
  const change = new PartitionChange(partition, target, surroundings).build()
  if (change === undefined) return undefined
  const version = recordVersion('PartitionChangeRecord', surroundings.metadataVersion)
  return metadataRecord('PartitionChangeRecord', version, { ...place, ...change })
}

class PartitionChange {
  readonly #partition: PartitionRegistration
  readonly #target: PartitionTarget
  readonly #surroundings: PartitionSurroundings
  readonly #change: Change = { leader: NO_LEADER_CHANGE, leaderRecoveryState: -1 }
  #isr: readonly number[]
  #replicas: readonly number[]
  #adding: readonly number[]
  #removing: readonly number[]
  #elr: readonly number[]

  constructor(
    partition: PartitionRegistration,
    target: PartitionTarget,
    surroundings: PartitionSurroundings,
  ) {
    this.#partition = partition
    this.#target = target
    this.#surroundings = surroundings
    this.#isr = target.isr ?? partition.isr
    this.#replicas = target.replicas ?? partition.replicas
    this.#adding = target.addingReplicas ?? partition.addingReplicas
    this.#removing = target.removingReplicas ?? partition.removingReplicas
    this.#elr = partition.eligibleLeaderReplicas
  }

  build(): Change | undefined {
    this.#completeReassignment()
    this.#findEligibleLeaders()
    this.#elect()
    const change = this.#change
    const partition = this.#partition
    if (change.leader === NO_LEADER_CHANGE && !containsAll(this.#replicas, partition.replicas)) {
      // A replica is gone: the leader epoch rises, so that it cannot follow on.
      change.leader = partition.leader ?? NO_LEADER
    }
    this.#recordEligibleLeaders()
    this.#recordIsr()
    this.#recordLastKnownLeader()
    this.#recordAssignment()
    const { leaderRecoveryState } = this.#target
    if (leaderRecoveryState !== undefined && leaderRecoveryState !== partition.leaderRecoveryState) {
      change.leaderRecoveryState = leaderRecoveryStateId(leaderRecoveryState)
    }
    return isNoChange(change) ? undefined : change
  }

  /** Done once every replica that stays is in sync. */
  #completeReassignment(): void {
    if (
      !isReassigning({ ...this.#partition, addingReplicas: this.#adding, removingReplicas: this.#removing })
    ) {
      return
    }
    const stays = (replica: number) => !this.#removing.includes(replica)
    const isr = this.#isr.filter(stays)
    const replicas = this.#replicas.filter(stays)
    if (isr.length === 0 || replicas.length === 0 || !containsAll(isr, replicas)) return
    this.#isr = isr
    this.#replicas = replicas
    this.#adding = []
    this.#removing = []
  }

  /** Who leaves the ISR while it is smaller than min.insync.replicas still holds everything that is committed. */
  #findEligibleLeaders(): void {
    const { isElrEnabled, minIsr } = this.#surroundings
    if (!isElrEnabled) return
    if (this.#isr.length >= minIsr) {
      this.#elr = []
      return
    }
    const candidates = new Set([...this.#elr, ...this.#partition.isr])
    this.#elr = [...candidates].filter(
      replica => !this.#isr.includes(replica) && replica !== this.#target.uncleanShutdownReplica,
    )
  }

  #elect(): void {
    const { leader, unclean } = this.#findLeader()
    if (leader === this.#partition.leader) return
    const change = this.#change
    change.leader = leader ?? NO_LEADER
    if (leader === undefined) return
    if (this.#elr.includes(leader)) {
      this.#isr = [leader]
      this.#elr = this.#elr.filter(replica => replica !== leader)
    } else if (unclean) {
      // Nobody else can be in sync with what this one has. Records may be lost.
      change.isr = [leader]
      if (this.#partition.leaderRecoveryState !== 'recovering') {
        change.leaderRecoveryState = leaderRecoveryStateId('recovering')
      }
    }
  }

  #findLeader(): { leader: number | undefined; unclean: boolean } {
    const clean = this.#findCleanLeader()
    if (clean !== undefined) return { leader: clean, unclean: false }
    const { isAcceptableLeader } = this.#surroundings
    const lastKnown = this.#lastKnownLeader()
    if (lastKnown !== undefined) return { leader: lastKnown, unclean: true }
    if (this.#target.election === 'unclean') {
      const live = this.#replicas.find(isAcceptableLeader)
      if (live !== undefined) return { leader: live, unclean: true }
    }
    return { leader: undefined, unclean: false }
  }

  #findCleanLeader(): number | undefined {
    const { leader } = this.#partition
    const [preferred] = this.#replicas
    if (this.#target.election === 'preferred' && preferred !== undefined && this.#mayLead(preferred)) {
      return preferred
    }
    if (leader !== undefined && this.#mayLead(leader)) return leader
    return this.#replicas.find(replica => this.#mayLead(replica))
  }

  #mayLead(replica: number): boolean {
    const isKnownToHoldAll =
      this.#isr.includes(replica) || (this.#isr.length === 0 && this.#elr.includes(replica))
    return isKnownToHoldAll && this.#surroundings.isAcceptableLeader(replica)
  }

  /** With nobody in sync or eligible left, whoever led last is the best there is. */
  #lastKnownLeader(): number | undefined {
    const { lastKnownElr } = this.#partition
    const { isElrEnabled, isAcceptableLeader } = this.#surroundings
    if (!isElrEnabled || this.#elr.length > 0 || this.#isr.length > 0) return undefined
    const [lastLeader] = lastKnownElr
    if (lastKnownElr.length !== 1 || lastLeader === undefined) return undefined
    return isAcceptableLeader(lastLeader) ? lastLeader : undefined
  }

  #recordEligibleLeaders(): void {
    const isUncleanElection = this.#change.isr !== undefined
    if (isUncleanElection || !this.#surroundings.isElrEnabled) this.#elr = []
    if (!equal(this.#elr, this.#partition.eligibleLeaderReplicas)) {
      this.#change.eligibleLeaderReplicas = this.#elr
    }
  }

  #recordIsr(): void {
    const change = this.#change
    const { isElrEnabled, metadataVersion } = this.#surroundings
    const mayBeEmpty = isElrEnabled
    if (
      change.isr === undefined &&
      (this.#isr.length > 0 || mayBeEmpty) &&
      !equal(this.#isr, this.#partition.isr)
    ) {
      change.isr = this.#isr
    }
    if (metadataVersionSupports(metadataVersion, 'noLeaderEpochBumpOnIsrShrink')) return
    const shrinks = change.isr !== undefined && !containsAll(change.isr, this.#partition.isr)
    if (shrinks && change.leader === NO_LEADER_CHANGE) change.leader = this.#partition.leader ?? NO_LEADER
  }

  #recordLastKnownLeader(): void {
    if (!this.#surroundings.isElrEnabled) {
      if (this.#partition.lastKnownElr.length > 0) this.#change.lastKnownElr = []
      return
    }
    const { leader, lastKnownElr } = this.#partition
    const change = this.#change
    if (change.isr?.length === 0) {
      // Noted when the partition first loses its leader; kept while it has none.
      if (leader !== undefined && !equal(lastKnownElr, [leader])) change.lastKnownElr = [leader]
    } else if (lastKnownElr.length > 0) {
      const willHaveLeader = change.leader === NO_LEADER_CHANGE ? leader !== undefined : change.leader >= 0
      if (willHaveLeader) change.lastKnownElr = []
    }
  }

  #recordAssignment(): void {
    const change = this.#change
    const partition = this.#partition
    if (this.#replicas.length > 0) {
      if (metadataVersionSupports(this.#surroundings.metadataVersion, 'directoryAssignment')) {
        const directories = this.#replicas.map(replica => this.#directoryOf(replica))
        if (!equal(directories, partition.directories)) change.directories = directories
      }
      if (!equal(this.#replicas, partition.replicas)) change.replicas = this.#replicas
    }
    if (!equal(this.#removing, partition.removingReplicas)) change.removingReplicas = this.#removing
    if (!equal(this.#adding, partition.addingReplicas)) change.addingReplicas = this.#adding
  }

  #directoryOf(replica: number): string {
    const { replicas, directories } = this.#partition
    return (
      this.#target.directories?.get(replica) ??
      directories[replicas.indexOf(replica)] ??
      this.#surroundings.defaultDirectory(replica)
    )
  }
}

function isNoChange(change: Change): boolean {
  const { leader, leaderRecoveryState, ...lists } = change
  return leader === NO_LEADER_CHANGE && leaderRecoveryState < 0 && Object.keys(lists).length === 0
}

function equal<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

function containsAll(set: readonly number[], items: readonly number[]): boolean {
  return items.every(item => set.includes(item))
}
