import { join } from 'node:path'
import type { Disk } from '../io/disk.ts'
import { CorruptCheckpointError, readCheckpoint, wholeNumber, writeCheckpoint } from './checkpoint-file.ts'
import type { TopicPartition } from './topic-partition.ts'

/** The offset checkpoints of a data directory, one entry per partition (Kafka's OffsetCheckpointFile). */
export const OffsetCheckpointName = {
  /** What has been flushed: recovery starts there. */
  RECOVERY_POINT: 'recovery-point-offset-checkpoint',
  /** The log start offsets that lie inside of a segment. */
  LOG_START_OFFSET: 'log-start-offset-checkpoint',
  /** The high watermarks; the replica room's. */
  HIGH_WATERMARK: 'replication-offset-checkpoint',
} as const

export type OffsetCheckpointName = (typeof OffsetCheckpointName)[keyof typeof OffsetCheckpointName]

export interface PartitionOffset {
  readonly topicPartition: TopicPartition
  readonly offset: number
}

/** Offsets by partition. */
export class PartitionOffsets {
  readonly #byTopic = new Map<string, Map<number, number>>()

  get({ topic, partition }: TopicPartition): number | undefined {
    return this.#byTopic.get(topic)?.get(partition)
  }

  *entries(): IterableIterator<PartitionOffset> {
    for (const [topic, partitions] of this.#byTopic) {
      for (const [partition, offset] of partitions) yield { topicPartition: { topic, partition }, offset }
    }
  }

  set({ topic, partition }: TopicPartition, offset: number): void {
    let partitions = this.#byTopic.get(topic)
    if (partitions === undefined) {
      partitions = new Map()
      this.#byTopic.set(topic, partitions)
    }
    partitions.set(partition, offset)
  }
}

/** Reads an offset checkpoint of `directory`. Rejects with `CorruptCheckpointError` or `DiskError`. */
export async function readOffsetCheckpoint(
  disk: Disk,
  { directory, name }: { directory: string; name: OffsetCheckpointName },
): Promise<PartitionOffsets> {
  const path = join(directory, name)
  const offsets = new PartitionOffsets()
  for (const [topic, partitionText, offsetText] of (await readCheckpoint(disk, { path, columns: 3 })) ?? []) {
    const partition = wholeNumber(partitionText as string)
    const offset = wholeNumber(offsetText as string)
    if (partition === undefined || offset === undefined) {
      throw new CorruptCheckpointError({ path, reason: `entry '${topic} ${partitionText} ${offsetText}'` })
    }
    offsets.set({ topic: topic as string, partition }, offset)
  }
  return offsets
}

/** Replaces an offset checkpoint of `directory`; on stable storage when it resolves. */
export function writeOffsetCheckpoint(
  disk: Disk,
  { directory, name }: { directory: string; name: OffsetCheckpointName },
  offsets: readonly PartitionOffset[],
): Promise<void> {
  const entries = offsets.map(({ topicPartition: { topic, partition }, offset }) => [
    topic,
    partition,
    offset,
  ])
  return writeCheckpoint(disk, join(directory, name), entries)
}
