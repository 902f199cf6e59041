import type { ErrorCode as ErrorCodeType } from '../../protocol/error-code.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  AssignReplicasToDirsRequest,
  AssignReplicasToDirsResponse,
} from '../../protocol/messages/assign-replicas-to-dirs.ts'
import { metadataVersionSupports } from '../metadata-version.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { planChange } from './leader-updates.ts'

/** A broker with several directories says which one it chose for a replica. */
export function assignReplicasToDirs(
  machine: ControllerMachine,
  request: AssignReplicasToDirsRequest,
): ControllerResult<AssignReplicasToDirsResponse> {
  if (!metadataVersionSupports(machine.features.metadataVersion, 'directoryAssignment')) {
    throw new ApiError(ErrorCode.UNSUPPORTED_VERSION, 'Directory assignment is not supported yet.')
  }
  const { id: brokerId } = machine.cluster.requireBroker(request)
  const records: MetadataRecord[] = []
  const directories = request.directories.map(({ id, topics }) => ({
    id,
    topics: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partitionIndex }) => {
        const place = { brokerId, directory: id, topicId, partitionIndex }
        return { partitionIndex, errorCode: assign(machine, place, records) }
      }),
    })),
  }))
  return { records, response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, directories } }
}

function assign(
  machine: ControllerMachine,
  place: { brokerId: number; directory: string; topicId: string; partitionIndex: number },
  records: MetadataRecord[],
): ErrorCodeType {
  const { brokerId, directory, topicId, partitionIndex } = place
  const topic = machine.replication.topicById(topicId)
  if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
  const partition = topic.partitions[partitionIndex]
  if (partition === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  if (!partition.replicas.includes(brokerId)) return ErrorCode.NOT_LEADER_OR_FOLLOWER
  const isOnline = machine.cluster.hasOnlineDirectory(brokerId, directory)
  const target = {
    directories: new Map([[brokerId, directory]]),
    ...(!isOnline && { isr: partition.isr.filter(replica => replica !== brokerId) }),
  }
  const isAcceptable = (replica: number) =>
    machine.cluster.isActive(replica) && (isOnline || replica !== brokerId)
  const where = { topic, partitionId: partitionIndex, partition }
  const record = planChange(machine, where, target, isAcceptable)
  if (record !== undefined) records.push(record)
  return ErrorCode.NONE
}
