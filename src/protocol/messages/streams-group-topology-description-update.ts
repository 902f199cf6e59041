import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, string, struct } from '../schema.ts'

const topologyDescriptionNode = {
  name: string(),
  nodeType: int8(),
  sourceTopics: array(string()),
  sinkTopic: string({ nullable: true, default: null }),
  stores: array(string()),
  successors: array(string()),
}

const topologyDescriptionGlobalStore = {
  source: struct(topologyDescriptionNode),
  processor: struct(topologyDescriptionNode),
}

const topologyDescriptionSubtopology = {
  subtopologyId: string(),
  nodes: array(topologyDescriptionNode),
}

const topologyDescription = {
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
}

/** A member hands in the description of its topology. Not yet stable upstream. */
export const streamsGroupTopologyDescriptionUpdateApi = api({
  key: 93,
  name: 'StreamsGroupTopologyDescriptionUpdate',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  offeredUntil: -1,
  request: {
    groupId: string(),
    memberId: string(),
    topologyEpoch: int32(),
    topologyDescription: struct(topologyDescription),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
  },
})

export type StreamsGroupTopologyDescriptionUpdateRequest = RequestOf<
  typeof streamsGroupTopologyDescriptionUpdateApi
>
export type StreamsGroupTopologyDescriptionUpdateResponse = ResponseInputOf<
  typeof streamsGroupTopologyDescriptionUpdateApi
>
