import type { BrokerConfigKey } from './broker-configs.ts'
import type { TOPIC_CONFIGS } from './definitions/topic-configs.ts'

export type TopicConfigKey = keyof typeof TOPIC_CONFIGS

/** A broker's key that gives a topic's key its default, in units of `unitMs` milliseconds where they differ. */
interface TopicSynonym {
  readonly key: BrokerConfigKey
  readonly unitMs?: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/**
 * The broker's keys behind each key of a topic; the first that is set counts (Kafka's `ServerTopicConfigSynonyms`).
 * Keys that are not here have no default on the broker.
 */
export const TOPIC_SYNONYMS = {
  'cleanup.policy': [{ key: 'log.cleanup.policy' }],
  'compression.gzip.level': [{ key: 'compression.gzip.level' }],
  'compression.lz4.level': [{ key: 'compression.lz4.level' }],
  'compression.type': [{ key: 'compression.type' }],
  'compression.zstd.level': [{ key: 'compression.zstd.level' }],
  'delete.retention.ms': [{ key: 'log.cleaner.delete.retention.ms' }],
  'file.delete.delay.ms': [{ key: 'log.segment.delete.delay.ms' }],
  'flush.messages': [{ key: 'log.flush.interval.messages' }],
  'flush.ms': [{ key: 'log.flush.interval.ms' }, { key: 'log.flush.scheduler.interval.ms' }],
  'index.interval.bytes': [{ key: 'log.index.interval.bytes' }],
  'local.retention.bytes': [{ key: 'log.local.retention.bytes' }],
  'local.retention.ms': [{ key: 'log.local.retention.ms' }],
  'max.compaction.lag.ms': [{ key: 'log.cleaner.max.compaction.lag.ms' }],
  'max.message.bytes': [{ key: 'message.max.bytes' }],
  'message.timestamp.after.max.ms': [{ key: 'log.message.timestamp.after.max.ms' }],
  'message.timestamp.before.max.ms': [{ key: 'log.message.timestamp.before.max.ms' }],
  'message.timestamp.type': [{ key: 'log.message.timestamp.type' }],
  'min.cleanable.dirty.ratio': [{ key: 'log.cleaner.min.cleanable.ratio' }],
  'min.compaction.lag.ms': [{ key: 'log.cleaner.min.compaction.lag.ms' }],
  'min.insync.replicas': [{ key: 'min.insync.replicas' }],
  preallocate: [{ key: 'log.preallocate' }],
  'retention.bytes': [{ key: 'log.retention.bytes' }],
  'retention.ms': [
    { key: 'log.retention.ms' },
    { key: 'log.retention.minutes', unitMs: MINUTE_MS },
    { key: 'log.retention.hours', unitMs: HOUR_MS },
  ],
  'segment.bytes': [{ key: 'log.segment.bytes' }],
  'segment.index.bytes': [{ key: 'log.index.size.max.bytes' }],
  'segment.jitter.ms': [{ key: 'log.roll.jitter.ms' }, { key: 'log.roll.jitter.hours', unitMs: HOUR_MS }],
  'segment.ms': [{ key: 'log.roll.ms' }, { key: 'log.roll.hours', unitMs: HOUR_MS }],
  'unclean.leader.election.enable': [{ key: 'unclean.leader.election.enable' }],
} as const satisfies Partial<Record<TopicConfigKey, readonly TopicSynonym[]>>

/** The synonyms of a topic's key, the first counts most; none for a key without a default on the broker. */
export const topicSynonyms = (name: string): readonly TopicSynonym[] =>
  (Object.hasOwn(TOPIC_SYNONYMS, name) && TOPIC_SYNONYMS[name as keyof typeof TOPIC_SYNONYMS]) || []

/**
 * A broker's keys that mean the same thing in different units, in order of precedence, for each that has any
 * (Kafka's `DynamicBrokerConfig.brokerConfigSynonyms`).
 */
export const UNIT_SYNONYMS: ReadonlyMap<string, readonly string[]> = (() => {
  const roll = ['log.roll.ms', 'log.roll.hours']
  const jitter = ['log.roll.jitter.ms', 'log.roll.jitter.hours']
  const retention = ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours']
  const all = [roll, jitter, retention].flatMap(names => names.map(name => [name, names] as const))
  return new Map<string, readonly string[]>([
    ...all,
    ['log.flush.interval.ms', ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms']],
  ])
})()
