import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { PartitionRegistration } from '../image/partition-registration.ts'
import type { ClusterControl } from './cluster-control.ts'

/** A partition as it begins: led by the first of its replicas that is active. */
function newPartition(
  replicas: readonly number[],
  isr: readonly number[],
  cluster: ClusterControl,
): PartitionRegistration {
  return {
    replicas,
    directories: replicas.map(brokerId => cluster.defaultDirectory(brokerId)),
    isr,
    addingReplicas: [],
    removingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader: isr[0],
    leaderRecoveryState: 'recovered',
    leaderEpoch: 0,
    partitionEpoch: 0,
  }
}

/** A partition on replicas that the placement chose. Throws INVALID_REPLICATION_FACTOR where none of them is active. */
export function placedPartition(replicas: readonly number[], cluster: ClusterControl): PartitionRegistration {
  const isr = replicas.filter(brokerId => cluster.isActive(brokerId))
  if (isr.length === 0) {
    const message =
      `Unable to replicate the partition ${replicas.length} time(s): ` +
      'All brokers are currently fenced or in controlled shutdown.'
    throw new ApiError(ErrorCode.INVALID_REPLICATION_FACTOR, message)
  }
  return newPartition(replicas, isr, cluster)
}

/** A partition on replicas that the user chose. Throws INVALID_REPLICA_ASSIGNMENT where they cannot be. */
export function assignedPartition(
  { partitionId, replicas }: { partitionId: number; replicas: readonly number[] },
  replicationFactor: number | undefined,
  cluster: ClusterControl,
): PartitionRegistration {
  validateAssignment(replicas, replicationFactor, cluster)
  const isr = replicas.filter(brokerId => cluster.isActive(brokerId))
  if (isr.length === 0) {
    refuse(
      'All brokers specified in the manual partition assignment for partition ' +
        `${partitionId} are fenced or in controlled shutdown.`,
    )
  }
  return newPartition(replicas, isr, cluster)
}

/** Throws INVALID_REPLICA_ASSIGNMENT for replicas that are none, twice there, unknown or not as many as the others have. */
export function validateAssignment(
  replicas: readonly number[],
  replicationFactor: number | undefined,
  cluster: ClusterControl,
): void {
  if (replicas.length === 0) refuse('The manual partition assignment includes an empty replica list.')
  const sorted = [...replicas].sort((a, b) => a - b)
  for (const [index, brokerId] of sorted.entries()) {
    if (!cluster.brokers.has(brokerId)) {
      refuse(`The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`)
    }
    if (sorted[index - 1] === brokerId) {
      refuse(`The manual partition assignment includes the broker ${brokerId} more than once.`)
    }
  }
  if (replicationFactor !== undefined && replicas.length !== replicationFactor) {
    refuse(
      `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not ` +
        `consistent with previous partitions, which have ${replicationFactor} replica(s).`,
    )
  }
}

function refuse(message: string): never {
  throw new ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message)
}
