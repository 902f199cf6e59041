import {
  applyConfigChanges,
  type ConfigChange,
  type ConfigOperation,
  type ConfigViolation,
  isViolation,
  replaceConfigs,
} from '../config/config-changes.ts'
import type { ConfigTexts } from '../config/config-sources.ts'
import { validateBrokerConfigs } from '../config/validate-broker-configs.ts'
import { ConfigResourceType } from '../metadata/image/configs-image.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { BrokerServices } from './broker-services.ts'

/** IncrementalAlterConfigs' operations by their ids. */
const OPERATIONS: readonly ConfigOperation[] = ['set', 'delete', 'append', 'subtract']

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

interface ConfigEntry {
  readonly name: string
  readonly value: string | null
}

type IncrementalResource = Resource & {
  readonly configs: readonly (ConfigEntry & { readonly configOperation: number })[]
}
type LegacyResource = Resource & { readonly configs: readonly ConfigEntry[] }

/** A resource that is refused before the controller is asked. */
export interface RefusedResource extends Resource {
  readonly errorCode: ErrorCode
  readonly errorMessage: string
}

export interface SortedResources<R> {
  readonly refused: readonly RefusedResource[]
  readonly accepted: R[]
}

/**
 * Changes of brokers' settings are checked by the broker, which alone knows what it can work with; the controller only
 * keeps them (Apache Kafka's ConfigAdminManager.preprocess).
 */
export function checkIncrementalChanges<R extends IncrementalResource>(
  resources: readonly R[],
  services: BrokerServices,
): SortedResources<R> {
  return sort(resources, services, ({ configs }, current) => {
    const changes = configs.map(({ name, configOperation, value }) => {
      return { name, operation: OPERATIONS[configOperation] ?? 'set', value: value ?? '' } as ConfigChange
    })
    const changed = applyConfigChanges('broker', current, changes)
    return isViolation(changed) ? changed : changed.values
  })
}

/** The same for changes that replace everything. */
export function checkReplacedConfigs<R extends LegacyResource>(
  resources: readonly R[],
  services: BrokerServices,
): SortedResources<R> {
  return sort(resources, services, ({ configs }, current) => {
    const values = new Map(
      configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])),
    )
    return replaceConfigs(current, values).values
  })
}

function sort<R extends Resource>(
  resources: readonly R[],
  services: BrokerServices,
  changed: (resource: R, current: ConfigTexts) => ConfigTexts | ConfigViolation,
): SortedResources<R> {
  const refused: RefusedResource[] = []
  const accepted = resources.filter(resource => {
    if (resource.resourceType !== ConfigResourceType.BROKER) return true
    const refusal = refusalOf(resource, services, current => changed(resource, current))
    if (refusal === undefined) return true
    const { resourceType, resourceName } = resource
    refused.push({
      resourceType,
      resourceName,
      errorCode: ErrorCode[refusal.error],
      errorMessage: refusal.message,
    })
    return false
  })
  return { refused, accepted }
}

function refusalOf(
  { resourceName }: Resource,
  { config, metadata }: BrokerServices,
  changed: (current: ConfigTexts) => ConfigTexts | ConfigViolation,
): ConfigViolation | undefined {
  const forOneBroker = resourceName !== ''
  if (forOneBroker && resourceName !== String(config.nodeId)) {
    const message = `Unexpected broker id, expected ${config.nodeId} or empty string, but received ${resourceName}`
    return { error: 'INVALID_REQUEST', message }
  }
  const { configs } = metadata.image
  const current = forOneBroker ? configs.brokerConfigs(config.nodeId) : configs.defaultBrokerConfigs()
  const values = changed(current)
  if (isViolation(values)) return values
  return validateBrokerConfigs(values, { forOneBroker, sources: config.sources })
}
