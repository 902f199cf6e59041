import { addOffsetsToTxnApi } from './add-offsets-to-txn.ts'
import { addPartitionsToTxnApi } from './add-partitions-to-txn.ts'
import { addRaftVoterApi } from './add-raft-voter.ts'
import { allocateProducerIdsApi } from './allocate-producer-ids.ts'
import { alterClientQuotasApi } from './alter-client-quotas.ts'
import { alterConfigsApi } from './alter-configs.ts'
import { alterPartitionApi } from './alter-partition.ts'
import { alterPartitionReassignmentsApi } from './alter-partition-reassignments.ts'
import { alterReplicaLogDirsApi } from './alter-replica-log-dirs.ts'
import { alterShareGroupOffsetsApi } from './alter-share-group-offsets.ts'
import { alterUserScramCredentialsApi } from './alter-user-scram-credentials.ts'
import { apiVersionsApi } from './api-versions.ts'
import { assignReplicasToDirsApi } from './assign-replicas-to-dirs.ts'
import { beginQuorumEpochApi } from './begin-quorum-epoch.ts'
import { brokerHeartbeatApi } from './broker-heartbeat.ts'
import { brokerRegistrationApi } from './broker-registration.ts'
import { consumerGroupDescribeApi } from './consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from './consumer-group-heartbeat.ts'
import { controlledShutdownApi } from './controlled-shutdown.ts'
import { controllerRegistrationApi } from './controller-registration.ts'
import { createAclsApi } from './create-acls.ts'
import { createDelegationTokenApi } from './create-delegation-token.ts'
import { createPartitionsApi } from './create-partitions.ts'
import { createTopicsApi } from './create-topics.ts'
import { deleteAclsApi } from './delete-acls.ts'
import { deleteGroupsApi } from './delete-groups.ts'
import { deleteRecordsApi } from './delete-records.ts'
import { deleteShareGroupOffsetsApi } from './delete-share-group-offsets.ts'
import { deleteShareGroupStateApi } from './delete-share-group-state.ts'
import { deleteTopicsApi } from './delete-topics.ts'
import { describeAclsApi } from './describe-acls.ts'
import { describeClientQuotasApi } from './describe-client-quotas.ts'
import { describeClusterApi } from './describe-cluster.ts'
import { describeConfigsApi } from './describe-configs.ts'
import { describeDelegationTokenApi } from './describe-delegation-token.ts'
import { describeGroupsApi } from './describe-groups.ts'
import { describeLogDirsApi } from './describe-log-dirs.ts'
import { describeProducersApi } from './describe-producers.ts'
import { describeQuorumApi } from './describe-quorum.ts'
import { describeShareGroupOffsetsApi } from './describe-share-group-offsets.ts'
import { describeTopicPartitionsApi } from './describe-topic-partitions.ts'
import { describeTransactionsApi } from './describe-transactions.ts'
import { describeUserScramCredentialsApi } from './describe-user-scram-credentials.ts'
import { electLeadersApi } from './elect-leaders.ts'
import { endQuorumEpochApi } from './end-quorum-epoch.ts'
import { endTxnApi } from './end-txn.ts'
import { envelopeApi } from './envelope.ts'
import { expireDelegationTokenApi } from './expire-delegation-token.ts'
import { fetchApi } from './fetch.ts'
import { fetchSnapshotApi } from './fetch-snapshot.ts'
import { findCoordinatorApi } from './find-coordinator.ts'
import { getTelemetrySubscriptionsApi } from './get-telemetry-subscriptions.ts'
import { heartbeatApi } from './heartbeat.ts'
import { incrementalAlterConfigsApi } from './incremental-alter-configs.ts'
import { initProducerIdApi } from './init-producer-id.ts'
import { initializeShareGroupStateApi } from './initialize-share-group-state.ts'
import { joinGroupApi } from './join-group.ts'
import { leaderAndIsrApi } from './leader-and-isr.ts'
import { leaveGroupApi } from './leave-group.ts'
import { listConfigResourcesApi } from './list-config-resources.ts'
import { listGroupsApi } from './list-groups.ts'
import { listOffsetsApi } from './list-offsets.ts'
import { listPartitionReassignmentsApi } from './list-partition-reassignments.ts'
import { listTransactionsApi } from './list-transactions.ts'
import { metadataApi } from './metadata.ts'
import { offsetCommitApi } from './offset-commit.ts'
import { offsetDeleteApi } from './offset-delete.ts'
import { offsetFetchApi } from './offset-fetch.ts'
import { offsetForLeaderEpochApi } from './offset-for-leader-epoch.ts'
import { produceApi } from './produce.ts'
import { pushTelemetryApi } from './push-telemetry.ts'
import { readShareGroupStateApi } from './read-share-group-state.ts'
import { readShareGroupStateSummaryApi } from './read-share-group-state-summary.ts'
import { removeRaftVoterApi } from './remove-raft-voter.ts'
import { renewDelegationTokenApi } from './renew-delegation-token.ts'
import { saslAuthenticateApi } from './sasl-authenticate.ts'
import { saslHandshakeApi } from './sasl-handshake.ts'
import { shareAcknowledgeApi } from './share-acknowledge.ts'
import { shareFetchApi } from './share-fetch.ts'
import { shareGroupDescribeApi } from './share-group-describe.ts'
import { shareGroupHeartbeatApi } from './share-group-heartbeat.ts'
import { stopReplicaApi } from './stop-replica.ts'
import { streamsGroupDescribeApi } from './streams-group-describe.ts'
import { streamsGroupHeartbeatApi } from './streams-group-heartbeat.ts'
import { streamsGroupTopologyDescriptionUpdateApi } from './streams-group-topology-description-update.ts'
import { syncGroupApi } from './sync-group.ts'
import { txnOffsetCommitApi } from './txn-offset-commit.ts'
import { unregisterBrokerApi } from './unregister-broker.ts'
import { unregisterControllerApi } from './unregister-controller.ts'
import { updateFeaturesApi } from './update-features.ts'
import { updateMetadataApi } from './update-metadata.ts'
import { updateRaftVoterApi } from './update-raft-voter.ts'
import { voteApi } from './vote.ts'
import { writeShareGroupStateApi } from './write-share-group-state.ts'
import { writeTxnMarkersApi } from './write-txn-markers.ts'

/** Every API there is a definition of, by its key. */
export const APIS = {
  Produce: produceApi,
  Fetch: fetchApi,
  ListOffsets: listOffsetsApi,
  Metadata: metadataApi,
  LeaderAndIsr: leaderAndIsrApi,
  StopReplica: stopReplicaApi,
  UpdateMetadata: updateMetadataApi,
  ControlledShutdown: controlledShutdownApi,
  OffsetCommit: offsetCommitApi,
  OffsetFetch: offsetFetchApi,
  FindCoordinator: findCoordinatorApi,
  JoinGroup: joinGroupApi,
  Heartbeat: heartbeatApi,
  LeaveGroup: leaveGroupApi,
  SyncGroup: syncGroupApi,
  DescribeGroups: describeGroupsApi,
  ListGroups: listGroupsApi,
  SaslHandshake: saslHandshakeApi,
  ApiVersions: apiVersionsApi,
  CreateTopics: createTopicsApi,
  DeleteTopics: deleteTopicsApi,
  DeleteRecords: deleteRecordsApi,
  InitProducerId: initProducerIdApi,
  OffsetForLeaderEpoch: offsetForLeaderEpochApi,
  AddPartitionsToTxn: addPartitionsToTxnApi,
  AddOffsetsToTxn: addOffsetsToTxnApi,
  EndTxn: endTxnApi,
  WriteTxnMarkers: writeTxnMarkersApi,
  TxnOffsetCommit: txnOffsetCommitApi,
  DescribeAcls: describeAclsApi,
  CreateAcls: createAclsApi,
  DeleteAcls: deleteAclsApi,
  DescribeConfigs: describeConfigsApi,
  AlterConfigs: alterConfigsApi,
  AlterReplicaLogDirs: alterReplicaLogDirsApi,
  DescribeLogDirs: describeLogDirsApi,
  SaslAuthenticate: saslAuthenticateApi,
  CreatePartitions: createPartitionsApi,
  CreateDelegationToken: createDelegationTokenApi,
  RenewDelegationToken: renewDelegationTokenApi,
  ExpireDelegationToken: expireDelegationTokenApi,
  DescribeDelegationToken: describeDelegationTokenApi,
  DeleteGroups: deleteGroupsApi,
  ElectLeaders: electLeadersApi,
  IncrementalAlterConfigs: incrementalAlterConfigsApi,
  AlterPartitionReassignments: alterPartitionReassignmentsApi,
  ListPartitionReassignments: listPartitionReassignmentsApi,
  OffsetDelete: offsetDeleteApi,
  DescribeClientQuotas: describeClientQuotasApi,
  AlterClientQuotas: alterClientQuotasApi,
  DescribeUserScramCredentials: describeUserScramCredentialsApi,
  AlterUserScramCredentials: alterUserScramCredentialsApi,
  Vote: voteApi,
  BeginQuorumEpoch: beginQuorumEpochApi,
  EndQuorumEpoch: endQuorumEpochApi,
  DescribeQuorum: describeQuorumApi,
  AlterPartition: alterPartitionApi,
  UpdateFeatures: updateFeaturesApi,
  Envelope: envelopeApi,
  FetchSnapshot: fetchSnapshotApi,
  DescribeCluster: describeClusterApi,
  DescribeProducers: describeProducersApi,
  BrokerRegistration: brokerRegistrationApi,
  BrokerHeartbeat: brokerHeartbeatApi,
  UnregisterBroker: unregisterBrokerApi,
  DescribeTransactions: describeTransactionsApi,
  ListTransactions: listTransactionsApi,
  AllocateProducerIds: allocateProducerIdsApi,
  ConsumerGroupHeartbeat: consumerGroupHeartbeatApi,
  ConsumerGroupDescribe: consumerGroupDescribeApi,
  ControllerRegistration: controllerRegistrationApi,
  GetTelemetrySubscriptions: getTelemetrySubscriptionsApi,
  PushTelemetry: pushTelemetryApi,
  AssignReplicasToDirs: assignReplicasToDirsApi,
  ListConfigResources: listConfigResourcesApi,
  DescribeTopicPartitions: describeTopicPartitionsApi,
  ShareGroupHeartbeat: shareGroupHeartbeatApi,
  ShareGroupDescribe: shareGroupDescribeApi,
  ShareFetch: shareFetchApi,
  ShareAcknowledge: shareAcknowledgeApi,
  AddRaftVoter: addRaftVoterApi,
  RemoveRaftVoter: removeRaftVoterApi,
  UpdateRaftVoter: updateRaftVoterApi,
  InitializeShareGroupState: initializeShareGroupStateApi,
  ReadShareGroupState: readShareGroupStateApi,
  WriteShareGroupState: writeShareGroupStateApi,
  DeleteShareGroupState: deleteShareGroupStateApi,
  ReadShareGroupStateSummary: readShareGroupStateSummaryApi,
  StreamsGroupHeartbeat: streamsGroupHeartbeatApi,
  StreamsGroupDescribe: streamsGroupDescribeApi,
  DescribeShareGroupOffsets: describeShareGroupOffsetsApi,
  AlterShareGroupOffsets: alterShareGroupOffsetsApi,
  DeleteShareGroupOffsets: deleteShareGroupOffsetsApi,
  StreamsGroupTopologyDescriptionUpdate: streamsGroupTopologyDescriptionUpdateApi,
  UnregisterController: unregisterControllerApi,
} as const
