import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int8, int16, int32, int64, string, struct, uint16 } from '../schema.ts'

const topologyDescriptionNode = {
  name: string({ since: 1 }),
  nodeType: int8({ since: 1 }),
  sourceTopics: array(string(), { since: 1 }),
  sinkTopic: string({ since: 1, nullable: true, default: null }),
  stores: array(string(), { since: 1 }),
  successors: array(string(), { since: 1 }),
}

const topologyDescriptionGlobalStore = {
  source: struct(topologyDescriptionNode, { since: 1 }),
  processor: struct(topologyDescriptionNode, { since: 1 }),
}

const topologyDescriptionSubtopology = {
  subtopologyId: string({ since: 1 }),
  nodes: array(topologyDescriptionNode, { since: 1 }),
}

const taskIds = {
  subtopologyId: string(),
  partitions: array(int32()),
}

const topologyDescription = {
  subtopologies: array(topologyDescriptionSubtopology, { since: 1 }),
  globalStores: array(topologyDescriptionGlobalStore, { since: 1 }),
}

const assignment = {
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
}

const taskOffset = {
  subtopologyId: string(),
  partition: int32(),
  offset: int64(),
}

const keyValue = {
  key: string(),
  value: string(),
}

const endpoint = {
  host: string(),
  port: uint16(),
}

const topicInfo = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(keyValue),
}

/** State, topology and members of streams groups (KIP-1071). */
export const streamsGroupDescribeApi = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  offeredUntil: 0,
  request: {
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
    includeTopologyDescription: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null }),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      topology: struct(
        {
          epoch: int32(),
          subtopologies: array(
            {
              subtopologyId: string(),
              sourceTopics: array(string()),
              repartitionSinkTopics: array(string()),
              stateChangelogTopics: array(topicInfo),
              repartitionSourceTopics: array(topicInfo),
            },
            { nullable: true, default: null },
          ),
        },
        { nullable: true, default: null },
      ),
      members: array({
        memberId: string(),
        memberEpoch: int32(),
        instanceId: string({ nullable: true, default: null }),
        rackId: string({ nullable: true, default: null }),
        clientId: string(),
        clientHost: string(),
        topologyEpoch: int32(),
        processId: string(),
        userEndpoint: struct(endpoint, { nullable: true, default: null }),
        clientTags: array(keyValue),
        taskOffsets: array(taskOffset),
        taskEndOffsets: array(taskOffset),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        isClassic: bool(),
      }),
      authorizedOperations: int32({ default: -2_147_483_648 }),
      topologyDescription: struct(topologyDescription, { since: 1, nullable: true, default: null }),
      topologyDescriptionStatus: int8({ since: 1, default: 0 }),
      assignorName: string({ since: 1, nullable: true, default: null, ignorable: true }),
    }),
  },
})

export type StreamsGroupDescribeRequest = RequestOf<typeof streamsGroupDescribeApi>
export type StreamsGroupDescribeResponse = ResponseInputOf<typeof streamsGroupDescribeApi>
