import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, string, uuid } from '../schema.ts'

/**
 * Brokers, topics, partitions and their leaders. v1: the controller, null for all topics · v2: cluster id ·
 * v4: whether to create topics · v7: leader epochs · v8: what the asker may do · v10: topic ids · v11:
 * without the cluster's operations · v13: an error for all.
 */
export const metadataApi = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleSince: 9,
  listeners: ['broker'],
  request: {
    topics: array(
      {
        topicId: uuid({ since: 10, ignorable: true }),
        name: string({ nullable: { since: 10 } }),
      },
      { nullable: { since: 1 } },
    ),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8 }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullable: true, default: null, ignorable: true }),
    }),
    clusterId: string({ since: 2, nullable: true, default: null, ignorable: true }),
    controllerId: int32({ since: 1, default: -1, ignorable: true }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: { since: 12 } }),
      topicId: uuid({ since: 10, ignorable: true }),
      isInternal: bool({ since: 1, default: false, ignorable: true }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1, ignorable: true }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { since: 5, ignorable: true }),
      }),
      topicAuthorizedOperations: int32({ since: 8, default: -2_147_483_648 }),
    }),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -2_147_483_648 }),
    errorCode: int16({ since: 13, ignorable: true }),
  },
})

export type MetadataRequest = RequestOf<typeof metadataApi>
export type MetadataResponse = ResponseInputOf<typeof metadataApi>
