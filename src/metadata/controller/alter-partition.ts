import { ErrorCode } from '../../protocol/error-code.ts'
import type {
  AlterPartitionRequest,
  AlterPartitionResponse,
} from '../../protocol/messages/alter-partition.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { PartitionRegistration } from '../image/partition-registration.ts'
import {
  changePartition,
  leaderRecoveryStateFromId,
  leaderRecoveryStateId,
  NO_LEADER,
} from '../image/partition-registration.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { planChange } from './leader-updates.ts'
import type { ControlledTopic } from './replication-control.ts'

type PartitionRequest = AlterPartitionRequest['topics'][number]['partitions'][number]
type PartitionResponse = AlterPartitionResponse['topics'][number]['partitions'][number]

interface WantedReplica {
  readonly brokerId: number
  /** -1: not told. */
  readonly brokerEpoch: number
}

/**
 * Leaders tell who is in sync. Throws STALE_BROKER_EPOCH for a broker that is not what it was; a leader that is behind
 * (or ahead, of a controller that has been replaced) is told so per partition.
 */
export function alterPartition(
  machine: ControllerMachine,
  request: AlterPartitionRequest,
): ControllerResult<AlterPartitionResponse> {
  machine.cluster.requireBroker(request)
  const records: MetadataRecord[] = []
  const topics = request.topics.map(({ topicName, topicId, partitions }) => {
    const isById = topicId !== ZERO_UUID || topicName === ''
    const topic = isById ? machine.replication.topicById(topicId) : machine.replication.topicByName(topicName)
    const results = partitions.map((wanted): PartitionResponse => {
      if (topic === undefined) {
        const unknown = isById ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        return refused(wanted, unknown)
      }
      return alter(machine, { topic, wanted, leaderId: request.brokerId }, records)
    })
    return { topicName, topicId, partitions: results }
  })
  return { records, response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, topics } }
}

function alter(
  machine: ControllerMachine,
  place: { topic: ControlledTopic; wanted: PartitionRequest; leaderId: number },
  records: MetadataRecord[],
): PartitionResponse {
  const { topic, wanted, leaderId } = place
  const partitionId = wanted.partitionIndex
  const partition = topic.partitions[partitionId]
  if (partition === undefined) return refused(wanted, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  const replicas = wantedReplicas(wanted)
  const errorCode =
    staleness(partition, wanted, leaderId) ?? impossible(machine, partition, { ...wanted, replicas })
  if (errorCode !== undefined) return refused(wanted, errorCode)
  const record = planChange(
    machine,
    { topic, partitionId, partition },
    {
      isr: replicas.map(({ brokerId }) => brokerId),
      leaderRecoveryState: leaderRecoveryStateFromId(wanted.leaderRecoveryState),
      election: machine.configs.isUncleanElectionEnabled(topic.name) ? 'unclean' : 'online',
    },
  )
  if (record?.name !== 'PartitionChangeRecord') return accepted(partitionId, partition)
  records.push(record)
  const after = changePartition(partition, record.value)
  // A change that completes a reassignment may take the leadership away: whoever asked must look anew.
  return after.leader === leaderId
    ? accepted(partitionId, after)
    : refused(wanted, ErrorCode.NEW_LEADER_ELECTED)
}

function wantedReplicas({ newIsr, newIsrWithEpochs }: PartitionRequest): readonly WantedReplica[] {
  return newIsrWithEpochs.length > 0
    ? newIsrWithEpochs
    : newIsr.map(brokerId => ({ brokerId, brokerEpoch: -1 }))
}

function staleness(
  partition: PartitionRegistration,
  wanted: PartitionRequest,
  leaderId: number,
): ErrorCode | undefined {
  // A leader that knows more than this node has probably heard from a newer controller.
  if (wanted.leaderEpoch > partition.leaderEpoch) return ErrorCode.NOT_CONTROLLER
  if (wanted.partitionEpoch > partition.partitionEpoch) return ErrorCode.NOT_CONTROLLER
  if (wanted.leaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH
  if (leaderId !== partition.leader) return ErrorCode.INVALID_REQUEST
  if (wanted.partitionEpoch < partition.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION
  return undefined
}

function impossible(
  machine: ControllerMachine,
  partition: PartitionRegistration,
  wanted: { readonly replicas: readonly WantedReplica[]; readonly leaderRecoveryState: number },
): ErrorCode | undefined {
  const isr = wanted.replicas.map(({ brokerId }) => brokerId)
  const isSubset = isr.every(brokerId => partition.replicas.includes(brokerId))
  if (isr.length === 0 || !isSubset || new Set(isr).size !== isr.length) return ErrorCode.INVALID_REQUEST
  if (partition.leader === undefined || !isr.includes(partition.leader)) return ErrorCode.INVALID_REQUEST
  if (leaderRecoveryStateFromId(wanted.leaderRecoveryState) === 'recovering') {
    if (isr.length > 1 || partition.leaderRecoveryState === 'recovered') return ErrorCode.INVALID_REQUEST
  }
  const isEligible = ({ brokerId, brokerEpoch }: WantedReplica) => {
    const epoch = machine.cluster.brokers.get(brokerId)?.epoch
    return machine.cluster.isActive(brokerId) && (brokerEpoch === -1 || brokerEpoch === epoch)
  }
  return wanted.replicas.every(isEligible) ? undefined : ErrorCode.INELIGIBLE_REPLICA
}

function accepted(partitionIndex: number, partition: PartitionRegistration): PartitionResponse {
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    leaderId: partition.leader ?? NO_LEADER,
    leaderEpoch: partition.leaderEpoch,
    isr: partition.isr,
    leaderRecoveryState: leaderRecoveryStateId(partition.leaderRecoveryState),
    partitionEpoch: partition.partitionEpoch,
  }
}

function refused({ partitionIndex }: PartitionRequest, errorCode: ErrorCode): PartitionResponse {
  return { partitionIndex, errorCode, leaderId: 0, leaderEpoch: 0, isr: [], partitionEpoch: 0 }
}
