import type { Handler } from './handler.ts'
import { allocateProducerIdsHandler } from './handlers/allocate-producer-ids.ts'
import { alterClientQuotasHandler } from './handlers/alter-client-quotas.ts'
import { alterConfigsHandler } from './handlers/alter-configs.ts'
import { alterPartitionReassignmentsHandler } from './handlers/alter-partition-reassignments.ts'
import { apiVersionsHandler } from './handlers/api-versions.ts'
import { brokerHeartbeatHandler } from './handlers/broker-heartbeat.ts'
import { brokerRegistrationHandler } from './handlers/broker-registration.ts'
import { controllerRegistrationHandler } from './handlers/controller-registration.ts'
import { createPartitionsHandler } from './handlers/create-partitions.ts'
import { createTopicsHandler } from './handlers/create-topics.ts'
import { deleteGroupsHandler } from './handlers/delete-groups.ts'
import { deleteRecordsHandler } from './handlers/delete-records.ts'
import { deleteTopicsHandler } from './handlers/delete-topics.ts'
import { describeAclsHandler } from './handlers/describe-acls.ts'
import { describeClientQuotasHandler } from './handlers/describe-client-quotas.ts'
import { describeClusterHandler } from './handlers/describe-cluster.ts'
import { describeConfigsHandler } from './handlers/describe-configs.ts'
import { describeGroupsHandler } from './handlers/describe-groups.ts'
import { describeLogDirsHandler } from './handlers/describe-log-dirs.ts'
import { describeProducersHandler } from './handlers/describe-producers.ts'
import { describeQuorumHandler } from './handlers/describe-quorum.ts'
import { describeTopicPartitionsHandler } from './handlers/describe-topic-partitions.ts'
import { describeUserScramCredentialsHandler } from './handlers/describe-user-scram-credentials.ts'
import { electLeadersHandler } from './handlers/elect-leaders.ts'
import { fetchHandler } from './handlers/fetch.ts'
import { findCoordinatorHandler } from './handlers/find-coordinator.ts'
import { heartbeatHandler } from './handlers/heartbeat.ts'
import { incrementalAlterConfigsHandler } from './handlers/incremental-alter-configs.ts'
import { initProducerIdHandler } from './handlers/init-producer-id.ts'
import { joinGroupHandler } from './handlers/join-group.ts'
import { leaveGroupHandler } from './handlers/leave-group.ts'
import { listConfigResourcesHandler } from './handlers/list-config-resources.ts'
import { listGroupsHandler } from './handlers/list-groups.ts'
import { listOffsetsHandler } from './handlers/list-offsets.ts'
import { listPartitionReassignmentsHandler } from './handlers/list-partition-reassignments.ts'
import { metadataHandler } from './handlers/metadata.ts'
import { offsetCommitHandler } from './handlers/offset-commit.ts'
import { offsetDeleteHandler } from './handlers/offset-delete.ts'
import { offsetFetchHandler } from './handlers/offset-fetch.ts'
import { offsetForLeaderEpochHandler } from './handlers/offset-for-leader-epoch.ts'
import { produceHandler } from './handlers/produce.ts'
import { syncGroupHandler } from './handlers/sync-group.ts'
import { unregisterBrokerHandler } from './handlers/unregister-broker.ts'
import { updateFeaturesHandler } from './handlers/update-features.ts'

/** Every API that is served, by key: what is not here is not advertised. */
export const HANDLERS: ReadonlyMap<number, Handler> = new Map(
  [
    produceHandler,
    fetchHandler,
    listOffsetsHandler,
    metadataHandler,
    offsetCommitHandler,
    offsetFetchHandler,
    findCoordinatorHandler,
    joinGroupHandler,
    heartbeatHandler,
    leaveGroupHandler,
    syncGroupHandler,
    describeGroupsHandler,
    listGroupsHandler,
    apiVersionsHandler,
    createTopicsHandler,
    deleteTopicsHandler,
    deleteRecordsHandler,
    initProducerIdHandler,
    offsetForLeaderEpochHandler,
    describeAclsHandler,
    describeConfigsHandler,
    alterConfigsHandler,
    describeLogDirsHandler,
    createPartitionsHandler,
    deleteGroupsHandler,
    electLeadersHandler,
    incrementalAlterConfigsHandler,
    alterPartitionReassignmentsHandler,
    listPartitionReassignmentsHandler,
    offsetDeleteHandler,
    describeClientQuotasHandler,
    alterClientQuotasHandler,
    describeUserScramCredentialsHandler,
    describeQuorumHandler,
    updateFeaturesHandler,
    describeClusterHandler,
    describeProducersHandler,
    brokerRegistrationHandler,
    brokerHeartbeatHandler,
    unregisterBrokerHandler,
    allocateProducerIdsHandler,
    controllerRegistrationHandler,
    listConfigResourcesHandler,
    describeTopicPartitionsHandler,
  ].map(handler => [handler.api.key, handler]),
)
