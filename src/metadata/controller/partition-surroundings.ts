import type { PartitionRegistration } from '../image/partition-registration.ts'
import { directoryOf } from '../image/partition-registration.ts'
import type { ControllerMachine } from './controller-machine.ts'
import type { PartitionSurroundings } from './partition-change.ts'

/**
 * What a change of this partition has to know. A leader must be acceptable (active, unless told otherwise) and have the
 * partition's directory online.
 */
export function surroundingsOf(
  machine: ControllerMachine,
  place: { topicName: string; partition: PartitionRegistration; replicationFactor: number },
  isAcceptable: (brokerId: number) => boolean = brokerId => machine.cluster.isActive(brokerId),
): PartitionSurroundings {
  const { cluster, configs, features } = machine
  const { topicName, partition, replicationFactor } = place
  return {
    metadataVersion: features.metadataVersion,
    isElrEnabled: features.isElrEnabled,
    minIsr: configs.minIsr({ name: topicName, replicationFactor }),
    isAcceptableLeader: brokerId =>
      isAcceptable(brokerId) && cluster.hasOnlineDirectory(brokerId, directoryOf(partition, brokerId)),
    defaultDirectory: brokerId => cluster.defaultDirectory(brokerId),
  }
}
