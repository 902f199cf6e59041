import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int8, int16, int32, string } from '../schema.ts'

/** Elects preferred leaders (KIP-183) or unclean ones (KIP-460, v1). */
export const electLeadersApi = api({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: {
    electionType: int8({ since: 1 }),
    topicPartitions: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { nullable: true },
    ),
    timeoutMs: int32({ default: 60000 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ since: 1 }),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
      }),
    }),
  },
})

export type ElectLeadersRequest = RequestOf<typeof electLeadersApi>
export type ElectLeadersResponse = ResponseInputOf<typeof electLeadersApi>
