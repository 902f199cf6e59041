import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, float64, int16, int32, string } from '../schema.ts'

/** Sets and removes client quotas (KIP-546). */
export const alterClientQuotasApi = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['broker', 'controller'],
  request: {
    entries: array({
      entity: array({
        entityType: string(),
        entityName: string({ nullable: true }),
      }),
      ops: array({
        key: string(),
        value: float64(),
        remove: bool(),
      }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    entries: array({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      entity: array({
        entityType: string(),
        entityName: string({ nullable: true }),
      }),
    }),
  },
})

export type AlterClientQuotasRequest = RequestOf<typeof alterClientQuotasApi>
export type AlterClientQuotasResponse = ResponseInputOf<typeof alterClientQuotasApi>
