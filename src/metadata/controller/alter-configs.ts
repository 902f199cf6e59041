import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { AlterConfigsRequest, AlterConfigsResponse } from '../../protocol/messages/alter-configs.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../../protocol/messages/incremental-alter-configs.ts'
import type { ConfigResource } from '../image/configs-image.ts'
import { ConfigResourceType, configResourceKey } from '../image/configs-image.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { invalidTopicName } from '../topic-name.ts'
import { outcomeOf, refuseTooManyRecords } from './api-outcome.ts'
import { CLUSTER_DEFAULTS, MIN_INSYNC_REPLICAS } from './configuration-control.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'

/** AlterConfigOp.OpType */
const Operation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const

type IncrementalResource = IncrementalAlterConfigsRequest['resources'][number]
type LegacyResource = AlterConfigsRequest['resources'][number]

/** Settings as a resource is to have them: null takes one away. */
type Alterations = ReadonlyMap<string, string | null>

/** Sets, removes, appends to and subtracts from single settings; each resource on its own. */
export function incrementalAlterConfigs(
  machine: ControllerMachine,
  request: IncrementalAlterConfigsRequest,
): ControllerResult<IncrementalAlterConfigsResponse> {
  return alterResources(machine, request, resource => ({
    altered: incrementalAlterations(machine, resource),
    dropped: [],
  }))
}

/** Sets all of a resource's settings at once: what is not named is reset. */
export function legacyAlterConfigs(
  machine: ControllerMachine,
  request: AlterConfigsRequest,
): ControllerResult<AlterConfigsResponse> {
  return alterResources(machine, request, resource => legacyAlterations(machine, resource))
}

function alterResources<R extends { readonly resourceType: number; readonly resourceName: string }>(
  machine: ControllerMachine,
  request: { readonly resources: readonly R[]; readonly validateOnly: boolean },
  alterationsOf: (resource: R) => { altered: Alterations; dropped: readonly string[] },
): ControllerResult<IncrementalAlterConfigsResponse> {
  const records: MetadataRecord[] = []
  const counts = new Map<string, number>()
  const keyOf = (resource: R) => configResourceKey(asResource(resource))
  for (const resource of request.resources)
    counts.set(keyOf(resource), (counts.get(keyOf(resource)) ?? 0) + 1)
  const responses = request.resources.map(resource => {
    const { resourceType, resourceName } = resource
    const outcome = outcomeOf(() => {
      if ((counts.get(keyOf(resource)) ?? 0) > 1) {
        throw new ApiError(ErrorCode.INVALID_REQUEST, 'Each resource must appear at most once.')
      }
      const { altered, dropped } = alterationsOf(resource)
      const written = alter(machine, asResource(resource), altered, dropped)
      refuseTooManyRecords(records.length + written.length)
      for (const record of written) records.push(record)
    })
    return { ...outcome, resourceType, resourceName }
  })
  return { records: request.validateOnly ? [] : records, response: { throttleTimeMs: 0, responses } }
}

function asResource(resource: {
  readonly resourceType: number
  readonly resourceName: string
}): ConfigResource {
  return { type: resource.resourceType as ConfigResourceType, name: resource.resourceName }
}

function incrementalAlterations(machine: ControllerMachine, resource: IncrementalResource): Alterations {
  const target = asResource(resource)
  const current = machine.configs.valuesOf(target)
  const altered = new Map<string, string | null>()
  for (const { name, configOperation, value } of resource.configs) {
    if (altered.has(name)) {
      throw new ApiError(ErrorCode.INVALID_REQUEST, 'Error due to duplicate config keys')
    }
    if (configOperation === Operation.DELETE) {
      altered.set(name, null)
      continue
    }
    if (value === null) {
      throw new ApiError(ErrorCode.INVALID_REQUEST, `Null value not supported for : ${name}`)
    }
    if (configOperation === Operation.SET) altered.set(name, value)
    else altered.set(name, editList(machine, target, { name, configOperation, value, current }))
  }
  return altered
}

function editList(
  machine: ControllerMachine,
  resource: ConfigResource,
  edit: { name: string; configOperation: number; value: string; current: ReadonlyMap<string, string> },
): string {
  const { name, configOperation, value, current } = edit
  const { schema } = machine.configs
  const operation = operationName(configOperation)
  if (configOperation !== Operation.APPEND && configOperation !== Operation.SUBTRACT) {
    throw new ApiError(ErrorCode.INVALID_REQUEST, `Unknown operation type ${configOperation}`)
  }
  if (!schema.isList(resource, name)) {
    const message = `Can't ${operation} to key ${name} because its type is not LIST.`
    throw new ApiError(ErrorCode.INVALID_CONFIG, message)
  }
  const before = current.get(name) ?? schema.defaultText(resource, name) ?? ''
  const entries = new Set(before.split(',').filter(entry => entry !== ''))
  for (const entry of value.split(',')) {
    if (configOperation === Operation.APPEND) entries.add(entry)
    else entries.delete(entry)
  }
  return [...entries].join(',')
}

function operationName(operation: number): string {
  const name = Object.entries(Operation).find(([, id]) => id === operation)?.[0]
  return name ?? `operation ${operation}`
}

function legacyAlterations(
  machine: ControllerMachine,
  resource: LegacyResource,
): { altered: Alterations; dropped: readonly string[] } {
  const altered = new Map<string, string | null>()
  for (const { name, value } of resource.configs) {
    if (altered.has(name)) {
      throw new ApiError(ErrorCode.INVALID_REQUEST, 'Error due to duplicate config keys')
    }
    if (value === null) {
      throw new ApiError(ErrorCode.INVALID_REQUEST, `Null value not supported for : ${name}`)
    }
    altered.set(name, value)
  }
  const current = machine.configs.valuesOf(asResource(resource))
  return { altered, dropped: [...current.keys()].filter(name => !altered.has(name)) }
}

function alter(
  machine: ControllerMachine,
  resource: ConfigResource,
  altered: Alterations,
  dropped: readonly string[],
): MetadataRecord[] {
  refuseUnknownResource(machine, resource)
  const current = machine.configs.valuesOf(resource)
  const after = new Map(current)
  const changes: [string, string | null][] = [...altered]
  for (const name of dropped) changes.push([name, null])
  for (const [name, value] of changes) {
    if (value === null) after.delete(name)
    else after.set(name, value)
  }
  if (machine.features.isElrEnabled) refuseMinIsrChange(resource, changes)
  const problem = machine.configs.schema.validate(resource, after)
  if (problem !== undefined) throw new ApiError(ErrorCode.INVALID_CONFIG, problem)
  // A broker's setting is written even when it stays as it is: the broker reloads what it points to (KAFKA-14136).
  const isBroker = resource.type === ConfigResourceType.BROKER
  return changes
    .filter(([name, value]) => isBroker || (current.get(name) ?? null) !== value)
    .flatMap(change => configRecords(machine, resource, change))
}

function configRecords(
  machine: ControllerMachine,
  resource: ConfigResource,
  [name, value]: readonly [string, string | null],
): MetadataRecord[] {
  const record = metadataRecord('ConfigRecord', 0, {
    resourceType: resource.type,
    resourceName: resource.name,
    name,
    value,
  })
  if (name !== MIN_INSYNC_REPLICAS || !machine.features.isElrEnabled) return [record]
  // Who is eligible to lead was worked out with the former minimum.
  const topicName = resource.type === ConfigResourceType.TOPIC ? resource.name : ''
  return [record, metadataRecord('ClearElrRecord', 0, { topicName })]
}

function refuseMinIsrChange(
  resource: ConfigResource,
  changes: readonly (readonly [string, string | null])[],
): void {
  if (resource.type !== ConfigResourceType.BROKER) return
  const change = changes.find(([name]) => name === MIN_INSYNC_REPLICAS)
  if (change === undefined) return
  if (resource.name !== CLUSTER_DEFAULTS.name) {
    const message = 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.'
    throw new ApiError(ErrorCode.INVALID_CONFIG, message)
  }
  if (change[1] === null) {
    const message = 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.'
    throw new ApiError(ErrorCode.INVALID_CONFIG, message)
  }
}

/** Throws where there can be no such resource, in Kafka's words. */
function refuseUnknownResource(machine: ControllerMachine, { type, name }: ConfigResource): void {
  switch (type) {
    case ConfigResourceType.TOPIC: {
      if (name === '') {
        throw new ApiError(ErrorCode.INVALID_REQUEST, 'Default topic resources are not allowed.')
      }
      const problem = invalidTopicName(name)
      if (problem !== undefined) throw new ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem)
      if (machine.replication.topicByName(name) === undefined) {
        throw new ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`)
      }
      return
    }
    case ConfigResourceType.BROKER:
      refuseUnknownBroker(machine, name)
      return
    case ConfigResourceType.GROUP:
      if (name === '') {
        throw new ApiError(ErrorCode.INVALID_REQUEST, 'Default group resources are not allowed.')
      }
      return
    case ConfigResourceType.CLIENT_METRICS:
      if (name === '') {
        throw new ApiError(ErrorCode.INVALID_REQUEST, "Subscription name can't be empty")
      }
      return
    default:
      throw new ApiError(ErrorCode.INVALID_REQUEST, `Unknown resource type ${type}`)
  }
}

function refuseUnknownBroker(machine: ControllerMachine, name: string): void {
  if (name === '') return
  if (!/^[+-]?\d{1,10}$/.test(name)) {
    throw new ApiError(ErrorCode.INVALID_REQUEST, 'Unable to parse broker name as a base 10 number.')
  }
  const brokerId = Number(name)
  if (brokerId < 0) throw new ApiError(ErrorCode.INVALID_REQUEST, 'Invalid negative broker ID.')
  if (!machine.cluster.brokers.has(brokerId) && !machine.cluster.controllers.has(brokerId)) {
    const message = `No node with id ${brokerId} found.`
    throw new ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, message)
  }
}
