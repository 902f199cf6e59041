import { metadataVersionSupports, recordVersion } from '../metadata-version.ts'
import type { MetadataRecord, MetadataRecordValue } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { MIGRATING_DIRECTORY } from './directory-id.ts'

/** `recovering`: the leader was elected uncleanly and has not yet told that it is done (KIP-704). */
export type LeaderRecoveryState = 'recovered' | 'recovering'

/**
 * One partition as the cluster knows it (Kafka's PartitionRegistration). `directories` runs along `replicas`: the id of
 * the log directory that holds each replica.
 */
export interface PartitionRegistration {
  readonly replicas: readonly number[]
  readonly directories: readonly string[]
  readonly isr: readonly number[]
  /** Replicas being added and removed by a reassignment; both are empty outside of one. */
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
  /** Out of sync, but known to hold everything committed (KIP-966). */
  readonly eligibleLeaderReplicas: readonly number[]
  /** With no leader left: who was the last one. */
  readonly lastKnownElr: readonly number[]
  readonly leader: number | undefined
  readonly leaderRecoveryState: LeaderRecoveryState
  readonly leaderEpoch: number
  /** Raised by every change. */
  readonly partitionEpoch: number
}

/** Leaders in records: none, and in a change, the same as before. */
export const NO_LEADER = -1
export const NO_LEADER_CHANGE = -2

const RECOVERY_STATE_IDS: Readonly<Record<LeaderRecoveryState, number>> = { recovered: 0, recovering: 1 }

export function leaderRecoveryStateId(state: LeaderRecoveryState): number {
  return RECOVERY_STATE_IDS[state]
}

/** From the wire or a record; what is neither of the two counts as recovered. */
export function leaderRecoveryStateFromId(id: number): LeaderRecoveryState {
  return id === RECOVERY_STATE_IDS.recovering ? 'recovering' : 'recovered'
}

export function partitionFromRecord(record: MetadataRecordValue<'PartitionRecord'>): PartitionRegistration {
  return {
    replicas: record.replicas,
    directories: directoriesAlong(record.directories, record.replicas),
    isr: record.isr,
    addingReplicas: record.addingReplicas,
    removingReplicas: record.removingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
    leader: leaderFromRecord(record.leader),
    leaderRecoveryState: leaderRecoveryStateFromId(record.leaderRecoveryState),
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  }
}

/** What a change makes of a partition (PartitionRegistration.merge). Naming a leader raises the leader epoch, even the same one. */
export function changePartition(
  partition: PartitionRegistration,
  change: MetadataRecordValue<'PartitionChangeRecord'>,
): PartitionRegistration {
  const replicas = change.replicas ?? partition.replicas
  const isLeaderNamed = change.leader !== NO_LEADER_CHANGE
  return {
    replicas,
    directories: directoriesAlong(change.directories ?? partition.directories, replicas),
    isr: change.isr ?? partition.isr,
    addingReplicas: change.addingReplicas ?? partition.addingReplicas,
    removingReplicas: change.removingReplicas ?? partition.removingReplicas,
    eligibleLeaderReplicas: change.eligibleLeaderReplicas ?? partition.eligibleLeaderReplicas,
    lastKnownElr: change.lastKnownElr ?? partition.lastKnownElr,
    leader: isLeaderNamed ? leaderFromRecord(change.leader) : partition.leader,
    leaderRecoveryState:
      change.leaderRecoveryState < 0
        ? partition.leaderRecoveryState
        : leaderRecoveryStateFromId(change.leaderRecoveryState),
    leaderEpoch: partition.leaderEpoch + (isLeaderNamed ? 1 : 0),
    partitionEpoch: partition.partitionEpoch + 1,
  }
}

/** Without eligible and last known leaders, as ClearElrRecord asks; itself where it has none. */
export function clearEligibleLeaders(partition: PartitionRegistration): PartitionRegistration {
  if (partition.eligibleLeaderReplicas.length === 0 && partition.lastKnownElr.length === 0) return partition
  const { partitionEpoch } = partition
  return {
    ...partition,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    partitionEpoch: partitionEpoch + 1,
  }
}

export function partitionToRecord(
  partition: PartitionRegistration,
  place: { topicId: string; partitionId: number; metadataVersion: number },
): MetadataRecord {
  const { topicId, partitionId, metadataVersion } = place
  const withElr = metadataVersionSupports(metadataVersion, 'eligibleLeaderReplicas')
  return metadataRecord('PartitionRecord', recordVersion('PartitionRecord', metadataVersion), {
    partitionId,
    topicId,
    replicas: partition.replicas,
    isr: partition.isr,
    removingReplicas: partition.removingReplicas,
    addingReplicas: partition.addingReplicas,
    leader: partition.leader ?? NO_LEADER,
    leaderRecoveryState: leaderRecoveryStateId(partition.leaderRecoveryState),
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    directories: metadataVersionSupports(metadataVersion, 'directoryAssignment') ? partition.directories : [],
    eligibleLeaderReplicas: withElr ? nullWhenEmpty(partition.eligibleLeaderReplicas) : null,
    lastKnownElr: withElr ? nullWhenEmpty(partition.lastKnownElr) : null,
  })
}

/** The log directory of a replica; undefined where the broker is no replica. */
export function directoryOf(partition: PartitionRegistration, brokerId: number): string | undefined {
  const index = partition.replicas.indexOf(brokerId)
  return index < 0 ? undefined : partition.directories[index]
}

export function isReassigning(partition: PartitionRegistration): boolean {
  return partition.addingReplicas.length > 0 || partition.removingReplicas.length > 0
}

function leaderFromRecord(leader: number): number | undefined {
  return leader === NO_LEADER ? undefined : leader
}

/** One directory for each replica. Fewer or more than there are replicas tell nothing. */
function directoriesAlong(directories: readonly string[], replicas: readonly number[]): readonly string[] {
  return directories.length === replicas.length ? directories : replicas.map(() => MIGRATING_DIRECTORY)
}

/** Tagged fields are left out where they say nothing. */
function nullWhenEmpty(replicas: readonly number[]): readonly number[] | null {
  return replicas.length === 0 ? null : replicas
}
