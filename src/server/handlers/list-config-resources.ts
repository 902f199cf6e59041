import { ConfigResourceType } from '../../metadata/image/configs-image.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { listConfigResourcesApi } from '../../protocol/messages/list-config-resources.ts'
import type { BrokerServices } from '../broker-services.ts'
import { handler } from '../handler.ts'

/** Kinds of resources that can be listed (KIP-1142), by id. */
const LISTABLE: ReadonlySet<number> = new Set(Object.values(ConfigResourceType))

export const listConfigResourcesHandler = handler(listConfigResourcesApi, {
  versions: [0, 1],
  handle({ resourceTypes }, { apiVersion }, services) {
    const types =
      apiVersion === 0
        ? [ConfigResourceType.CLIENT_METRICS]
        : resourceTypes.length > 0
          ? resourceTypes
          : LISTABLE
    const configResources: { resourceName: string; resourceType: number }[] = []
    for (const resourceType of new Set(types)) {
      if (!LISTABLE.has(resourceType)) {
        throw new ApiError(
          ErrorCode.UNSUPPORTED_VERSION,
          `There is no kind of resource ${resourceType} to list.`,
        )
      }
      for (const resourceName of namesOf(resourceType, services))
        configResources.push({ resourceName, resourceType })
    }
    return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, configResources }
  },
})

function namesOf(resourceType: number, { metadata }: BrokerServices): string[] {
  const { topics, cluster, configs } = metadata.image
  switch (resourceType) {
    case ConfigResourceType.TOPIC:
      return [...topics.byName.keys()]
    case ConfigResourceType.BROKER:
    case ConfigResourceType.BROKER_LOGGER:
      return [...cluster.brokers.keys()].map(String)
    default:
      return [...configs.resources.values()]
        .filter(({ resource }) => resource.type === resourceType)
        .map(({ resource }) => resource.name)
  }
}
