import type { PartitionRegistration } from '../image/partition-registration.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import type { ControllerMachine } from './controller-machine.ts'
import type { PartitionTarget } from './partition-change.ts'
import { planPartitionChange } from './partition-change.ts'
import { surroundingsOf } from './partition-surroundings.ts'
import type { ControlledPartition } from './replication-control.ts'

/** What happens to a broker: it goes (fenced, shutting down, unregistered), comes (unfenced), or has lost its memory. */
export type BrokerEvent =
  | { readonly leaves: number }
  | { readonly returns: number }
  | { readonly lostRecords: number }

/** The plan for one partition; the topic's settings and the cluster are looked up. */
export function planChange(
  machine: ControllerMachine,
  place: ControlledPartition,
  target: PartitionTarget,
  isAcceptable?: (brokerId: number) => boolean,
): MetadataRecord | undefined {
  const { topic, partitionId, partition } = place
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1
  return planPartitionChange(
    partition,
    { topicId: topic.topicId, partitionId },
    target,
    surroundingsOf(machine, { topicName: topic.name, partition, replicationFactor }, isAcceptable),
  )
}

/**
 * What becomes of the partitions `concerned` when something happens to a broker: who leaves goes out of the ISR and
 * leads no more, who returns may lead (Kafka's generateLeaderAndIsrUpdates).
 */
export function planLeaderUpdates(
  machine: ControllerMachine,
  event: BrokerEvent,
  concerned: readonly ControlledPartition[],
): MetadataRecord[] {
  const leaving = 'leaves' in event ? event.leaves : undefined
  const returning = 'returns' in event ? event.returns : undefined
  const forgetful = 'lostRecords' in event ? event.lostRecords : undefined
  const gone = leaving ?? forgetful
  // The registration still says what it was before.
  const isAcceptable = (brokerId: number) =>
    brokerId !== gone && (brokerId === returning || machine.cluster.isActive(brokerId))
  const records: MetadataRecord[] = []
  for (const place of concerned) {
    const target: PartitionTarget = {
      isr: place.partition.isr.filter(brokerId => brokerId !== gone),
      election: machine.configs.isUncleanElectionEnabled(place.topic.name) ? 'unclean' : 'online',
      uncleanShutdownReplica: forgetful,
    }
    const record = planChange(machine, place, target, isAcceptable)
    if (record !== undefined) records.push(record)
  }
  return records
}

/** The partitions that have the broker in sync, and those alone when it leaves: a fenced eligible leader stays eligible. */
export function partitionsInSyncOn(machine: ControllerMachine, brokerId: number): ControlledPartition[] {
  return machine.replication.partitionsWhere(({ isr }) => isr.includes(brokerId))
}

export function partitionsInSyncOrEligibleOn(
  machine: ControllerMachine,
  brokerId: number,
): ControlledPartition[] {
  const concerns = ({ isr, eligibleLeaderReplicas }: PartitionRegistration) =>
    isr.includes(brokerId) || eligibleLeaderReplicas.includes(brokerId)
  return machine.replication.partitionsWhere(concerns)
}

export function partitionsWithoutLeader(machine: ControllerMachine): ControlledPartition[] {
  return machine.replication.partitionsWhere(({ leader }) => leader === undefined)
}
