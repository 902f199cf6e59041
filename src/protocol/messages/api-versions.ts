import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, int64, string } from '../schema.ts'

/**
 * Which APIs in which versions there are. v3: the client's software (KIP-511), supported and finalized
 * features · v5: the cluster and node the client means.
 */
export const apiVersionsApi = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker', 'controller'],
  offeredUntil: 4,
  request: {
    clientSoftwareName: string({ since: 3, ignorable: true }),
    clientSoftwareVersion: string({ since: 3, ignorable: true }),
    clusterId: string({ since: 5, nullable: true, default: null, ignorable: true }),
    nodeId: int32({ since: 5, default: -1, ignorable: true }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array({
      apiKey: int16(),
      minVersion: int16(),
      maxVersion: int16(),
    }),
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    supportedFeatures: array(
      {
        name: string(),
        minVersion: int16(),
        maxVersion: int16(),
      },
      { since: 3, tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64({ since: 3, default: -1, tag: 1, ignorable: true }),
    finalizedFeatures: array(
      {
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16(),
      },
      { since: 3, tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ since: 3, default: false, tag: 3, ignorable: true }),
  },
})

export type ApiVersionsRequest = RequestOf<typeof apiVersionsApi>
export type ApiVersionsResponse = ResponseInputOf<typeof apiVersionsApi>
