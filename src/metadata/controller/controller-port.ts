import type {
  AllocateProducerIdsRequest,
  AllocateProducerIdsResponse,
} from '../../protocol/messages/allocate-producer-ids.ts'
import type {
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
} from '../../protocol/messages/alter-client-quotas.ts'
import type { AlterConfigsRequest, AlterConfigsResponse } from '../../protocol/messages/alter-configs.ts'
import type {
  AlterPartitionRequest,
  AlterPartitionResponse,
} from '../../protocol/messages/alter-partition.ts'
import type {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from '../../protocol/messages/alter-partition-reassignments.ts'
import type {
  AssignReplicasToDirsRequest,
  AssignReplicasToDirsResponse,
} from '../../protocol/messages/assign-replicas-to-dirs.ts'
import type {
  BrokerHeartbeatRequest,
  BrokerHeartbeatResponse,
} from '../../protocol/messages/broker-heartbeat.ts'
import type {
  BrokerRegistrationRequest,
  BrokerRegistrationResponse,
} from '../../protocol/messages/broker-registration.ts'
import type {
  ControllerRegistrationRequest,
  ControllerRegistrationResponse,
} from '../../protocol/messages/controller-registration.ts'
import type {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
} from '../../protocol/messages/create-partitions.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../protocol/messages/create-topics.ts'
import type { DeleteTopicsRequest, DeleteTopicsResponse } from '../../protocol/messages/delete-topics.ts'
import type { ElectLeadersRequest, ElectLeadersResponse } from '../../protocol/messages/elect-leaders.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../../protocol/messages/incremental-alter-configs.ts'
import type {
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from '../../protocol/messages/list-partition-reassignments.ts'
import type {
  UnregisterBrokerRequest,
  UnregisterBrokerResponse,
} from '../../protocol/messages/unregister-broker.ts'
import type {
  UpdateFeaturesRequest,
  UpdateFeaturesResponse,
} from '../../protocol/messages/update-features.ts'

/** Who asks, and until when an answer is of use. */
export interface ControllerContext {
  /** As Kafka spells it: `User:ANONYMOUS`. For logs, and owners of tokens. */
  readonly principal: string
  /** On the monotonic clock: with no answer until then the call fails with REQUEST_TIMED_OUT; undefined: no limit. */
  readonly deadlineMs: number | undefined
}

/**
 * What the rest of the broker asks of the controller, in the words of the wire. Responses come once the change is
 * committed; those that a client waits for to see a change (topics, partitions, settings) come once this node has
 * applied it, too. Authorization is the caller's. Rejects with `ApiError` where the request as a whole fails:
 * NOT_CONTROLLER while this node is not the active controller, REQUEST_TIMED_OUT, UNKNOWN_SERVER_ERROR.
 */
export interface ControllerPort {
  /** This node leads the quorum and has replayed everything before its epoch; requests that come in between wait for that. */
  readonly isActive: boolean

  createTopics(request: CreateTopicsRequest, context: ControllerContext): Promise<CreateTopicsResponse>
  deleteTopics(request: DeleteTopicsRequest, context: ControllerContext): Promise<DeleteTopicsResponse>
  createPartitions(
    request: CreatePartitionsRequest,
    context: ControllerContext,
  ): Promise<CreatePartitionsResponse>
  incrementalAlterConfigs(
    request: IncrementalAlterConfigsRequest,
    context: ControllerContext,
  ): Promise<IncrementalAlterConfigsResponse>
  /** The old way: what the request does not name is reset. */
  alterConfigs(request: AlterConfigsRequest, context: ControllerContext): Promise<AlterConfigsResponse>
  updateFeatures(request: UpdateFeaturesRequest, context: ControllerContext): Promise<UpdateFeaturesResponse>
  electLeaders(request: ElectLeadersRequest, context: ControllerContext): Promise<ElectLeadersResponse>
  alterPartitionReassignments(
    request: AlterPartitionReassignmentsRequest,
    context: ControllerContext,
  ): Promise<AlterPartitionReassignmentsResponse>
  listPartitionReassignments(
    request: ListPartitionReassignmentsRequest,
    context: ControllerContext,
  ): Promise<ListPartitionReassignmentsResponse>
  alterClientQuotas(
    request: AlterClientQuotasRequest,
    context: ControllerContext,
  ): Promise<AlterClientQuotasResponse>
  unregisterBroker(
    request: UnregisterBrokerRequest,
    context: ControllerContext,
  ): Promise<UnregisterBrokerResponse>

  registerBroker(
    request: BrokerRegistrationRequest,
    context: ControllerContext,
  ): Promise<BrokerRegistrationResponse>
  brokerHeartbeat(
    request: BrokerHeartbeatRequest,
    context: ControllerContext,
  ): Promise<BrokerHeartbeatResponse>
  registerController(
    request: ControllerRegistrationRequest,
    context: ControllerContext,
  ): Promise<ControllerRegistrationResponse>
  alterPartition(request: AlterPartitionRequest, context: ControllerContext): Promise<AlterPartitionResponse>
  allocateProducerIds(
    request: AllocateProducerIdsRequest,
    context: ControllerContext,
  ): Promise<AllocateProducerIdsResponse>
  assignReplicasToDirs(
    request: AssignReplicasToDirsRequest,
    context: ControllerContext,
  ): Promise<AssignReplicasToDirsResponse>
}
