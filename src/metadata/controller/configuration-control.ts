import type { ConfigResource, ConfigValues } from '../image/configs-image.ts'
import { ConfigResourceType, configResourceKey } from '../image/configs-image.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'
import type { ConfigSchema } from './config-schema.ts'

export const MIN_INSYNC_REPLICAS = 'min.insync.replicas'
const UNCLEAN_LEADER_ELECTION = 'unclean.leader.election.enable'

/** The settings that hold for all brokers unless one has its own. */
export const CLUSTER_DEFAULTS: ConfigResource = { type: ConfigResourceType.BROKER, name: '' }

const NOTHING_SET: ConfigValues = new Map()

/** Settings changed at run time, as the controller knows them (Kafka's ConfigurationControlManager). */
export class ConfigurationControl {
  readonly schema: ConfigSchema
  readonly #values = new Map<string, Map<string, string>>()

  constructor(schema: ConfigSchema) {
    this.schema = schema
  }

  valuesOf(resource: ConfigResource): ConfigValues {
    return this.#values.get(configResourceKey(resource)) ?? NOTHING_SET
  }

  /** Settings by `configResourceKey`; only of resources that have any. */
  get resources(): ReadonlyMap<string, ConfigValues> {
    return this.#values
  }

  get clusterDefaults(): ConfigValues {
    return this.valuesOf(CLUSTER_DEFAULTS)
  }

  /** Ids of brokers with a setting of their own for `key`. */
  brokersThatSet(key: string): number[] {
    const ids: number[] = []
    const prefix = configResourceKey({ type: ConfigResourceType.BROKER, name: '' })
    for (const [resource, values] of this.#values) {
      if (resource.startsWith(prefix) && resource !== prefix && values.has(key)) {
        ids.push(Number(resource.slice(prefix.length)))
      }
    }
    return ids
  }

  /** A topic's setting in force; undefined: it has none and no default. */
  topicValue(topic: string, key: string): string | undefined {
    return this.schema.topicValue(key, {
      topic: this.valuesOf({ type: ConfigResourceType.TOPIC, name: topic }),
      clusterDefaults: this.clusterDefaults,
    })
  }

  /** A topic's min.insync.replicas, no more than it has replicas. */
  minIsr(topic: { name: string; replicationFactor: number }): number {
    return Math.min(Number(this.topicValue(topic.name, MIN_INSYNC_REPLICAS) ?? 1), topic.replicationFactor)
  }

  isUncleanElectionEnabled(topic: string): boolean {
    return this.topicValue(topic, UNCLEAN_LEADER_ELECTION) === 'true'
  }

  replay({ resourceType, resourceName, name, value }: MetadataRecordValue<'ConfigRecord'>): void {
    const key = configResourceKey({ type: resourceType as ConfigResourceType, name: resourceName })
    const values = this.#values.get(key) ?? new Map<string, string>()
    if (value === null) values.delete(name)
    else values.set(name, value)
    if (values.size === 0) this.#values.delete(key)
    else this.#values.set(key, values)
  }

  /** A topic's settings go with it. */
  removeTopic(name: string): void {
    this.#values.delete(configResourceKey({ type: ConfigResourceType.TOPIC, name }))
  }
}
