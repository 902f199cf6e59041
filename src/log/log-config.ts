import type { TimestampType } from '../protocol/records/record-batch.ts'

/**
 * When an append counts as flushed:
 * - `durable`: after fdatasync of the file that holds it, grouped with whatever else was waiting.
 * - `lazy`: when it is written; the system flushes in its own time, we at a roll, at a clean stop and by
 *   `flushMessages` and `flushMs` (Apache Kafka's way).
 */
export type FlushMode = 'durable' | 'lazy'

/**
 * The settings of one log: a topic's overrides over the broker's defaults, already parsed and checked. Kafka's
 * sentinel -1 for "no limit" is `undefined` here. Sizes are bytes, times are milliseconds.
 */
export interface LogConfig {
  /** `segment.bytes` */
  readonly segmentBytes: number
  /** `segment.ms` */
  readonly segmentMs: number
  /** `segment.jitter.ms` */
  readonly segmentJitterMs: number
  /** `segment.index.bytes`: the most that an offset index or a time index may grow to. */
  readonly segmentIndexBytes: number
  /** `index.interval.bytes` */
  readonly indexIntervalBytes: number
  /** `retention.bytes`, per partition */
  readonly retentionBytes: number | undefined
  /** `retention.ms` */
  readonly retentionMs: number | undefined
  /** `cleanup.policy` contains `delete` */
  readonly cleanupDelete: boolean
  /** `cleanup.policy` contains `compact`: every record needs a key */
  readonly cleanupCompact: boolean
  /** `file.delete.delay.ms` */
  readonly fileDeleteDelayMs: number
  /** `max.message.bytes`: the largest batch, header included. */
  readonly maxMessageBytes: number
  /** `message.timestamp.type` */
  readonly messageTimestampType: TimestampType
  /** `message.timestamp.before.max.ms`; `undefined` for Long.MAX_VALUE */
  readonly messageTimestampBeforeMaxMs: number | undefined
  /** `message.timestamp.after.max.ms`; `undefined` for Long.MAX_VALUE */
  readonly messageTimestampAfterMaxMs: number | undefined
  /** Ours. The metadata log is always `durable`. */
  readonly flushMode: FlushMode
  /** `flush.messages`: in the lazy mode, flush once that many records are unflushed. */
  readonly flushMessages: number | undefined
  /** `flush.ms`: in the lazy mode, flush what has been unflushed for so long. */
  readonly flushMs: number | undefined
}

/** Kafka's defaults (LogConfig, TopicConfig), durable. */
export const DEFAULT_LOG_CONFIG: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  retentionBytes: undefined,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
  cleanupDelete: true,
  cleanupCompact: false,
  fileDeleteDelayMs: 60_000,
  maxMessageBytes: 1024 * 1024 + 12,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: undefined,
  messageTimestampAfterMaxMs: 60 * 60 * 1000,
  flushMode: 'durable',
  flushMessages: undefined,
  flushMs: undefined,
}
