import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, float64, int8, int16, int32, string } from '../schema.ts'

/** Client quotas that match a filter (KIP-546). */
export const describeClientQuotasApi = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['broker'],
  request: {
    components: array({
      entityType: string(),
      matchType: int8(),
      match: string({ nullable: true }),
    }),
    strict: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    entries: array(
      {
        entity: array({
          entityType: string(),
          entityName: string({ nullable: true }),
        }),
        values: array({
          key: string(),
          value: float64(),
        }),
      },
      { nullable: true },
    ),
  },
})

export type DescribeClientQuotasRequest = RequestOf<typeof describeClientQuotasApi>
export type DescribeClientQuotasResponse = ResponseInputOf<typeof describeClientQuotasApi>
