import type { World } from '../io/world.ts'
import { type LogManager, METADATA_TOPIC } from '../log/log-manager.ts'
import type { TopicPartition } from '../log/topic-partition.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { HostedPartitions } from './hosted-partitions.ts'

/** A data directory as DescribeLogDirs tells it. */
export interface LogDirectoryDescription {
  readonly errorCode: ErrorCode
  readonly path: string
  readonly logs: readonly {
    readonly topicPartition: TopicPartition
    readonly sizeBytes: number
    /** Records between the high watermark and the log's end. */
    readonly offsetLag: number
  }[]
  /** Of the volume; undefined where it is not known. */
  readonly totalBytes: number | undefined
  readonly usableBytes: number | undefined
}

/** Every data directory with its logs, the metadata log aside (ReplicaManager.describeLogDirs). */
export async function describeLogDirectories(sources: {
  world: World
  logManager: LogManager
  partitions: HostedPartitions
}): Promise<LogDirectoryDescription[]> {
  const { world, logManager, partitions } = sources
  const logs = new Map<string, LogDirectoryDescription['logs'][number][]>()
  for (const { topicPartition, logDirectory, sizeBytes, logEndOffset } of logManager.logs()) {
    if (topicPartition.topic === METADATA_TOPIC) continue
    const highWatermark = partitions.get(topicPartition)?.highWatermark ?? 0
    const entry = { topicPartition, sizeBytes, offsetLag: Math.max(0, logEndOffset - highWatermark) }
    const found = logs.get(logDirectory)
    if (found === undefined) logs.set(logDirectory, [entry])
    else found.push(entry)
  }
  return Promise.all(
    logManager.directories.map(async ({ path, isOffline }) => {
      const failed = { path, logs: [], totalBytes: undefined, usableBytes: undefined }
      if (isOffline) return { ...failed, errorCode: ErrorCode.KAFKA_STORAGE_ERROR }
      try {
        const space = await world.disk.space(path)
        return { errorCode: ErrorCode.NONE, path, logs: logs.get(path) ?? [], ...space }
      } catch {
        return { ...failed, errorCode: ErrorCode.KAFKA_STORAGE_ERROR }
      }
    }),
  )
}
