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
  readonly lastKnownElr: readonly number[]
  readonly leader: number | undefined
  readonly leaderRecoveryState: LeaderRecoveryState
  readonly leaderEpoch: number
  /** Raised by every change. */
  readonly partitionEpoch: number
}
