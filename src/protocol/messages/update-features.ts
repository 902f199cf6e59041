import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int8, int16, int32, string } from '../schema.ts'

/** Changes finalized feature levels (KIP-584). v1: dry runs and kinds of downgrade · v2: one error for all. */
export const updateFeaturesApi = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    timeoutMs: int32({ default: 60000 }),
    featureUpdates: array({
      feature: string(),
      maxVersionLevel: int16(),
      allowDowngrade: bool({ until: 0 }),
      upgradeType: int8({ since: 1, default: 1 }),
    }),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    results: array(
      {
        feature: string(),
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
      },
      { until: 1, ignorable: true },
    ),
  },
})

export type UpdateFeaturesRequest = RequestOf<typeof updateFeaturesApi>
export type UpdateFeaturesResponse = ResponseInputOf<typeof updateFeaturesApi>
