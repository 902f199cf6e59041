import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { ImmutableMap } from './immutable-map.ts'

/** Kinds of things that have settings, by their ids on the wire and in records (ConfigResource.Type). */
export const ConfigResourceType = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const
export type ConfigResourceType = (typeof ConfigResourceType)[keyof typeof ConfigResourceType]

/** A thing that has settings. A broker's name is its id; the empty name stands for all brokers. */
export interface ConfigResource {
  readonly type: ConfigResourceType
  readonly name: string
}

/** Settings by name. Values are text, as they were given. */
export type ConfigValues = ReadonlyMap<string, string>

/** The settings of one resource. */
export interface ResourceConfigs {
  readonly resource: ConfigResource
  readonly values: ConfigValues
}

const NOTHING_SET: ConfigValues = new Map()

/** All dynamic settings. */
export class ConfigsImage {
  static readonly EMPTY = new ConfigsImage(ImmutableMap.empty())

  /** By `configResourceKey`. */
  readonly resources: ImmutableMap<string, ResourceConfigs>

  constructor(resources: ImmutableMap<string, ResourceConfigs>) {
    this.resources = resources
  }

  /** What is set on the resource itself; empty where nothing is. */
  valuesOf(resource: ConfigResource): ConfigValues {
    return this.resources.get(configResourceKey(resource))?.values ?? NOTHING_SET
  }

  topicConfigs(topic: string): ConfigValues {
    return this.valuesOf({ type: ConfigResourceType.TOPIC, name: topic })
  }

  brokerConfigs(brokerId: number): ConfigValues {
    return this.valuesOf({ type: ConfigResourceType.BROKER, name: String(brokerId) })
  }

  /** Cluster-wide defaults for all brokers. */
  defaultBrokerConfigs(): ConfigValues {
    return this.valuesOf({ type: ConfigResourceType.BROKER, name: '' })
  }

  groupConfigs(groupId: string): ConfigValues {
    return this.valuesOf({ type: ConfigResourceType.GROUP, name: groupId })
  }
}

/** What changed: the settings of each resource touched, as they are now (none left: an empty map). */
export interface ConfigsDelta {
  readonly resources: ReadonlyMap<string, ResourceConfigs>
}

export function configResourceKey({ type, name }: ConfigResource): string {
  return `${type}:${name}`
}

/** Gathers what records change among the settings. */
export class ConfigsDeltaBuilder {
  readonly #before: ConfigsImage
  readonly #changed = new Map<string, { resource: ConfigResource; values: Map<string, string> }>()

  constructor(before: ConfigsImage) {
    this.#before = before
  }

  replayConfig(record: MetadataRecordValue<'ConfigRecord'>): void {
    const { resourceType, resourceName, name, value } = record
    const { values } = this.#touch({ type: resourceType as ConfigResourceType, name: resourceName })
    if (value === null) values.delete(name)
    else values.set(name, value)
  }

  /** A topic's settings go with it. */
  removeTopic(name: string): void {
    const resource = { type: ConfigResourceType.TOPIC, name }
    if (this.#before.valuesOf(resource).size > 0 || this.#changed.has(configResourceKey(resource))) {
      this.#touch(resource).values.clear()
    }
  }

  #touch(resource: ConfigResource): { resource: ConfigResource; values: Map<string, string> } {
    const key = configResourceKey(resource)
    const known = this.#changed.get(key)
    if (known !== undefined) return known
    const touched = { resource, values: new Map(this.#before.valuesOf(resource)) }
    this.#changed.set(key, touched)
    return touched
  }

  build(): { image: ConfigsImage; delta: ConfigsDelta | undefined } {
    if (this.#changed.size === 0) return { image: this.#before, delta: undefined }
    const changes = new Map<string, ResourceConfigs | undefined>()
    for (const [key, configs] of this.#changed) {
      changes.set(key, configs.values.size === 0 ? undefined : configs)
    }
    const image = new ConfigsImage(this.#before.resources.with(changes))
    return { image, delta: { resources: this.#changed } }
  }
}
