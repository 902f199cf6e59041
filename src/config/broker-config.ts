import type { BROKER_CONFIGS, BrokerConfigKey } from './broker-configs.ts'
import type { ConfigValue } from './config-definition.ts'
import type { BrokerConfigSources } from './config-sources.ts'
import type { ListenerSettings } from './listener-settings.ts'
import type { BootstrapServer, QuorumVoter } from './quorum-members.ts'
import type { FlushMode, TopicConfig } from './topic-config.ts'
import type { TOPIC_SYNONYMS } from './topic-synonyms.ts'

/** `socket.request.max.bytes` → `socketRequestMaxBytes` */
export type CamelCase<Key extends string> = Key extends `${infer First}.${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Key

type UsedKey = {
  [Key in BrokerConfigKey]: (typeof BROKER_CONFIGS)[Key]['use'] extends { used: true } ? Key : never
}[BrokerConfigKey]

/** Keys that only give topics their defaults: read them from `topicDefaults`, or from a topic's own `TopicConfig`. */
type TopicDefaultKey = (typeof TOPIC_SYNONYMS)[keyof typeof TOPIC_SYNONYMS][number]['key']

/** Keys whose values are worked out further; what becomes of them is in `BrokerConfig`. */
export const INTERPRETED_KEYS = [
  'advertised.listeners',
  'broker.id',
  'connections.max.idle.ms',
  'controller.listener.names',
  'controller.quorum.bootstrap.servers',
  'controller.quorum.voters',
  'inter.broker.listener.name',
  'listener.security.protocol.map',
  'listeners',
  'log.dir',
  'log.dirs',
  'max.connections.per.ip.overrides',
  'metadata.log.dir',
  'metadata.log.max.snapshot.interval.ms',
  'metadata.max.idle.interval.ms',
  'metadata.max.retention.bytes',
  'metadata.max.retention.ms',
  'ottla.flush.mode',
  'ottla.request.buffer.bytes',
  'process.roles',
  'queued.max.request.bytes',
  'security.inter.broker.protocol',
] as const satisfies readonly UsedKey[]

type InterpretedKey = (typeof INTERPRETED_KEYS)[number]

/** The values of the keys that are used as they stand. */
export type PlainValues = {
  readonly [Key in Exclude<UsedKey, TopicDefaultKey | InterpretedKey> as CamelCase<Key>]: ConfigValue<
    (typeof BROKER_CONFIGS)[Key]
  >
}

/** A key that the user has set and that has no effect. */
export interface IgnoredKey {
  readonly key: string
  readonly reason: string
}

/**
 * Everything the node is told by its configuration: one flat record. A field is named after its key in camel case and
 * has the key's unit and meaning; a number that has no limit is Number.MAX_SAFE_INTEGER, an unset key is `undefined`.
 * The fields spelled out here are worked out from one or more keys.
 */
export interface BrokerConfig extends PlainValues, ListenerSettings {
  /** `process.roles` */
  readonly isBroker: boolean
  readonly isController: boolean
  /** `undefined`: idle connections stay open. */
  readonly connectionsMaxIdleMs: number | undefined
  readonly controllerQuorumBootstrapServers: readonly BootstrapServer[]
  readonly controllerQuorumVoters: readonly QuorumVoter[]
  /** `ottla.flush.mode` */
  readonly flushMode: FlushMode
  /** `log.dirs`, else `log.dir`: absolute paths, at least one. */
  readonly logDirs: readonly string[]
  /** `metadata.log.dir`, else the first of `logDirs`. */
  readonly metadataLogDir: string
  /** By address. */
  readonly maxConnectionsPerIpOverrides: ReadonlyMap<string, number>
  /** `undefined`: snapshots are brought about by size alone. */
  readonly metadataLogMaxSnapshotIntervalMs: number | undefined
  /** `undefined`: an idle controller writes nothing. */
  readonly metadataMaxIdleIntervalMs: number | undefined
  /** `undefined`: no limit. */
  readonly metadataMaxRetentionBytes: number | undefined
  readonly metadataMaxRetentionMs: number | undefined
  /** Memory for requests that are being received and handled: `queued.max.request.bytes`, else `ottla.request.buffer.bytes`. */
  readonly requestBufferBytes: number
  /** What a topic without settings of its own has. */
  readonly topicDefaults: TopicConfig
  /** The texts that all this was read from, for DescribeConfigs and for topics' own settings. May hold secrets. */
  readonly sources: BrokerConfigSources
  /** Keys of the file that Kafka knows and that have no effect here, for the start to name. */
  readonly ignoredKeys: readonly IgnoredKey[]
}
