import type { ParsedValue } from './check-value.ts'
import type { ConfigDefinition, ConfigDefinitions } from './config-definition.ts'
import {
  type BrokerConfigSources,
  type ConfigTexts,
  defaultValue,
  type EffectiveValue,
  effective,
  effectiveValue,
} from './config-sources.ts'
import { TOPIC_CONFIGS } from './definitions/topic-configs.ts'
import { parseValue } from './parse-value.ts'
import type { FlushMode, TopicCompressionType, TopicConfig } from './topic-config.ts'
import { type TopicConfigKey, topicSynonyms } from './topic-synonyms.ts'

const definitions: ConfigDefinitions = TOPIC_CONFIGS

/** Many topics have no settings of their own, so what the broker gives them is worked out once per set of sources. */
interface Defaults {
  readonly values: Map<string, EffectiveValue>
  config: TopicConfig | undefined
}

const defaultsBySources = new WeakMap<BrokerConfigSources, Defaults>()

const defaultsOf = (sources: BrokerConfigSources): Defaults => {
  let defaults = defaultsBySources.get(sources)
  if (!defaults) {
    defaults = { values: new Map(), config: undefined }
    defaultsBySources.set(sources, defaults)
  }
  return defaults
}

/** What a topic without settings of its own has for a key: the broker's, else the key's default. */
export const topicDefault = (name: string, sources: BrokerConfigSources): EffectiveValue => {
  const { values } = defaultsOf(sources)
  let found = values.get(name)
  if (!found) {
    found = findTopicDefault(name, sources)
    values.set(name, found)
  }
  return found
}

const findTopicDefault = (name: string, sources: BrokerConfigSources): EffectiveValue => {
  for (const { key, unitMs } of topicSynonyms(name)) {
    const found = effectiveValue(key, sources)
    if (found.value === null) continue
    if (unitMs === undefined) return clampRetention(name, found)
    const value = (found.value as number) * unitMs
    return clampRetention(name, { value, text: String(value) })
  }
  return defaultValue(name, definitions[name] as ConfigDefinition)
}

/** Any negative retention on the broker means none. */
const clampRetention = (name: string, found: EffectiveValue): EffectiveValue =>
  name === 'retention.ms' && (found.value as number) < 0 ? { value: -1, text: '-1' } : found

/** What is in force for a key of a topic. An override that cannot be read gives way to the default. */
export const topicValue = (
  name: string,
  overrides: ConfigTexts,
  sources: BrokerConfigSources,
): EffectiveValue => {
  const text = overrides.get(name)
  if (text !== undefined) {
    const result = parseValue(name, text, definitions[name] as ConfigDefinition)
    if (!('problem' in result)) return result
  }
  return topicDefault(name, sources)
}

const limited = (value: number): number | undefined =>
  value < 0 || value >= Number.MAX_SAFE_INTEGER ? undefined : value

/**
 * A topic's settings as they are in force: its overrides over the broker's (Kafka's `LogConfig.fromProps`). `sources` is
 * taken as unchanging: a change makes a new one. Topics without overrides share one result.
 */
export const resolveTopicConfig = (overrides: ConfigTexts, sources: BrokerConfigSources): TopicConfig => {
  if (overrides.size > 0) return topicConfig(overrides, sources)
  const defaults = defaultsOf(sources)
  defaults.config ??= topicConfig(overrides, sources)
  return defaults.config
}

const topicConfig = (overrides: ConfigTexts, sources: BrokerConfigSources): TopicConfig => {
  const value = (name: TopicConfigKey): ParsedValue => topicValue(name, overrides, sources).value
  const number = (name: TopicConfigKey): number => value(name) as number
  const policy = (value('cleanup.policy') as readonly string[]).map(entry => entry.toLowerCase())
  return {
    cleanupDelete: policy.includes('delete'),
    cleanupCompact: policy.includes('compact'),
    compressionType: value('compression.type') as TopicCompressionType,
    compressionGzipLevel: number('compression.gzip.level'),
    compressionLz4Level: number('compression.lz4.level'),
    compressionZstdLevel: number('compression.zstd.level'),
    deleteRetentionMs: number('delete.retention.ms'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    flushMessages: limited(number('flush.messages')),
    flushMs: limited(number('flush.ms')),
    flushMode: effective('ottla.flush.mode', sources) as FlushMode,
    indexIntervalBytes: number('index.interval.bytes'),
    maxCompactionLagMs: limited(number('max.compaction.lag.ms')),
    maxMessageBytes: number('max.message.bytes'),
    messageTimestampAfterMaxMs: limited(number('message.timestamp.after.max.ms')),
    messageTimestampBeforeMaxMs: limited(number('message.timestamp.before.max.ms')),
    messageTimestampType: value('message.timestamp.type') as 'CreateTime' | 'LogAppendTime',
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    minInsyncReplicas: number('min.insync.replicas'),
    preallocate: value('preallocate') as boolean,
    retentionBytes: limited(number('retention.bytes')),
    retentionMs: limited(number('retention.ms')),
    segmentBytes: (value('internal.segment.bytes') as number | null) ?? number('segment.bytes'),
    segmentIndexBytes: number('segment.index.bytes'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentMs: number('segment.ms'),
    uncleanLeaderElectionEnable: value('unclean.leader.election.enable') as boolean,
    leaderReplicationThrottledReplicas: value('leader.replication.throttled.replicas') as readonly string[],
    followerReplicationThrottledReplicas: value(
      'follower.replication.throttled.replicas',
    ) as readonly string[],
  }
}
