import type { World } from '../io/world.ts'
import type { FlushMode, LogConfig } from './log-config.ts'
import type { PartitionLog, TopicPartition } from './partition-log.ts'

export interface LogManagerOptions {
  readonly world: World
  /** `log.dirs`: absolute paths. */
  readonly logDirs: readonly string[]
  /** `metadata.log.dir`, where it is none of `logDirs`. */
  readonly metadataLogDir?: string
  /** `num.recovery.threads.per.data.dir`: how many logs of a directory are loaded at a time. */
  readonly recoveryParallelism: number
  /** `log.retention.check.interval.ms` */
  readonly retentionCheckIntervalMs: number
  /** `log.flush.offset.checkpoint.interval.ms` */
  readonly recoveryPointCheckpointIntervalMs: number
  /** `log.flush.start.offset.checkpoint.interval.ms` */
  readonly logStartOffsetCheckpointIntervalMs: number
  /** `producer.id.expiration.ms` */
  readonly producerIdExpirationMs: number
  /** `producer.id.expiration.check.interval.ms` */
  readonly producerIdExpirationCheckIntervalMs: number
  readonly flushMode: FlushMode
  /** Bytes appended and not yet written, in all logs of a directory and in one: above it producers feel back-pressure. */
  readonly maxUnwrittenBytes: number
  readonly maxUnwrittenBytesPerLog: number
  /** Bytes of written batches that are kept in memory for reads at the tail, in all logs of a directory. */
  readonly maxCachedBytes: number
}

/** A data directory. */
export interface LogDirectory {
  readonly path: string
  /** From meta.properties; undefined where it has none. */
  readonly directoryId: string | undefined
  readonly isOffline: boolean
  /** It was stopped cleanly the last time, under this broker epoch (-1: not told; undefined: not cleanly). */
  readonly cleanShutdownBrokerEpoch: number | undefined
}

export interface LogManagerListener {
  /** A directory failed; its logs are offline. With all of them offline the broker has to stop. */
  onDirectoryOffline(directory: LogDirectory): void
}

/**
 * All logs of all data directories (Kafka's LogManager). Life: `open` (locks the directories, reads meta.properties),
 * `openMetadataLog`, then `load` once the metadata is known, `close`.
 */
export declare class LogManager {
  /** Rejects where no directory can be used or one is locked by another process (an Error made to be shown). */
  static open(options: LogManagerOptions): Promise<LogManager>

  setListener(listener: LogManagerListener): void
  get directories(): readonly LogDirectory[]

  /** Opens or creates `__cluster_metadata-0`, recovering it where needed. Always durable. */
  openMetadataLog(config: LogConfig): Promise<PartitionLog>
  /**
   * Loads every log of every directory and starts the background work (retention, checkpoints, producer expiry). A
   * log for which `isStray` says so (its topic id is not in the image, or this broker is no replica) is renamed aside.
   */
  load(options: {
    configFor: (topic: string) => LogConfig
    isStray: (log: { topicPartition: TopicPartition; topicId: string | undefined }) => boolean
  }): Promise<void>

  getLog(topicPartition: TopicPartition): PartitionLog | undefined
  logs(): IterableIterator<PartitionLog>
  /** Makes the directory and partition.metadata (on stable storage before it resolves), in the emptiest directory unless told. */
  createLog(log: {
    topicPartition: TopicPartition
    topicId: string
    config: LogConfig
    directoryId?: string
  }): Promise<PartitionLog>
  /** Renames the directory to `topic-partition.uuid-delete`, resolves, and removes it in the background. */
  deleteLog(topicPartition: TopicPartition): Promise<void>
  updateTopicConfig(topic: string, config: LogConfig): void

  /**
   * Clean stop: everything written and flushed, producer snapshots, checkpoints, indexes trimmed, then
   * `.kafka_cleanshutdown` with the broker epoch in each directory; locks released.
   */
  close(options: { brokerEpoch: number }): Promise<void>
}
