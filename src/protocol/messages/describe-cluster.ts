import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int8, int16, int32, string } from '../schema.ts'

/**
 * Cluster id, controller and brokers (KIP-700). v1: brokers or controllers (KIP-919) · v2: fenced brokers
 * too (KIP-1073).
 */
export const describeClusterApi = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: true, default: null }),
      isFenced: bool({ since: 2 }),
    }),
    clusterAuthorizedOperations: int32({ default: -2_147_483_648 }),
  },
})

export type DescribeClusterRequest = RequestOf<typeof describeClusterApi>
export type DescribeClusterResponse = ResponseInputOf<typeof describeClusterApi>
