/** How batches are kept: as they came, or in one way for all (`compression.type`). */
export type TopicCompressionType = 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/**
 * When an append counts as flushed (`ottla.flush.mode`): `durable` once it is on stable storage, `lazy` once it is written.
 */
export type FlushMode = 'durable' | 'lazy'

/**
 * The settings of one topic as they are in force: its own over the broker's defaults. Sizes are bytes, times are
 * milliseconds. Kafka's "no limit" and "never" (-1, Long.MAX_VALUE) are `undefined`.
 */
export interface TopicConfig {
  /** `cleanup.policy` contains `delete`: old segments go by age and size. */
  readonly cleanupDelete: boolean
  /** `cleanup.policy` contains `compact`: the newest record of each key stays. */
  readonly cleanupCompact: boolean
  readonly compressionType: TopicCompressionType
  /** -1: gzip's own default. */
  readonly compressionGzipLevel: number
  readonly compressionLz4Level: number
  readonly compressionZstdLevel: number
  readonly deleteRetentionMs: number
  readonly fileDeleteDelayMs: number
  readonly flushMessages: number | undefined
  readonly flushMs: number | undefined
  /** The broker's, since it is no key of a topic. */
  readonly flushMode: FlushMode
  readonly indexIntervalBytes: number
  readonly maxCompactionLagMs: number | undefined
  /** The largest batch, its header included. */
  readonly maxMessageBytes: number
  readonly messageTimestampAfterMaxMs: number | undefined
  readonly messageTimestampBeforeMaxMs: number | undefined
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  /** From 0 to 1. */
  readonly minCleanableDirtyRatio: number
  readonly minCompactionLagMs: number
  readonly minInsyncReplicas: number
  readonly preallocate: boolean
  /** Per partition. */
  readonly retentionBytes: number | undefined
  readonly retentionMs: number | undefined
  /** `internal.segment.bytes` where it is set. */
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly segmentJitterMs: number
  readonly segmentMs: number
  readonly uncleanLeaderElectionEnable: boolean
  /** `*` or `partition:broker` entries. */
  readonly leaderReplicationThrottledReplicas: readonly string[]
  readonly followerReplicationThrottledReplicas: readonly string[]
}
