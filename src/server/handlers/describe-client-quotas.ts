import type { ClientQuota } from '../../metadata/image/client-quotas-image.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import {
  type DescribeClientQuotasRequest,
  describeClientQuotasApi,
} from '../../protocol/messages/describe-client-quotas.ts'
import { handler } from '../handler.ts'

type Component = DescribeClientQuotasRequest['components'][number]

/** How a filter's component matches a name (KIP-546). */
const MatchType = { EXACT: 0, DEFAULT: 1, ANY: 2 } as const

export const describeClientQuotasHandler = handler(describeClientQuotasApi, {
  versions: [0, 1],
  handle({ components, strict }, _context, { metadata }) {
    for (const component of components) refuseNonsense(component)
    const matching = [...metadata.image.clientQuotas.quotas.values()].filter(quota =>
      matches(quota, components, strict),
    )
    const entries = matching.map(({ entity, values }) => ({
      entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
      values: [...values].map(([key, value]) => ({ key, value })),
    }))
    return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, entries }
  },
})

function refuseNonsense({ entityType, matchType, match }: Component): void {
  const isExact = matchType === MatchType.EXACT
  if (
    entityType === '' ||
    matchType < MatchType.EXACT ||
    matchType > MatchType.ANY ||
    isExact !== (match !== null)
  ) {
    throw new ApiError(ErrorCode.INVALID_REQUEST, `"${entityType}" cannot be matched like that.`)
  }
}

/** Strictly: the entity has no type that the filter does not name. */
function matches({ entity }: ClientQuota, components: readonly Component[], strict: boolean): boolean {
  if (strict && entity.size !== components.length) return false
  return components.every(({ entityType, matchType, match }) => {
    const name = entity.get(entityType)
    if (name === undefined) return false
    return matchType === MatchType.ANY || name === (matchType === MatchType.DEFAULT ? null : match)
  })
}
