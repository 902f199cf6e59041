import type { Disk } from '../io/disk.ts'
import type { Logger } from '../io/logger.ts'
import type { PartitionOffset, PartitionOffsets } from '../log/offset-checkpoint.ts'
import {
  OffsetCheckpointName,
  readOffsetCheckpoint,
  writeOffsetCheckpoint,
} from '../log/offset-checkpoint.ts'
import type { TopicPartition } from '../log/topic-partition.ts'
import type { Partition } from './partition.ts'

const name = OffsetCheckpointName.HIGH_WATERMARK

/** The high watermarks on disk, a file for each data directory (`replication-offset-checkpoint`). */
export class HighWatermarkCheckpoint {
  readonly #disk: Disk
  readonly #logger: Logger
  readonly #loaded = new Map<string, PartitionOffsets>()
  /** Directories in which a high watermark has changed since the last writing. */
  readonly #changed = new Set<string>()
  #writing: Promise<void> = Promise.resolve()

  constructor({ disk, logger }: { disk: Disk; logger: Logger }) {
    this.#disk = disk
    this.#logger = logger
  }

  /** Reads a directory's file. One that cannot be read is as good as none: a leader alone starts at its log's end. */
  async load(directory: string): Promise<void> {
    try {
      this.#loaded.set(directory, await readOffsetCheckpoint(this.#disk, { directory, name }))
    } catch (error) {
      this.#logger.warn({ err: error, directory }, `Cannot read ${name}; high watermarks start anew`)
    }
  }

  /** What the file said at the start. */
  get(topicPartition: TopicPartition, directory: string): number | undefined {
    return this.#loaded.get(directory)?.get(topicPartition)
  }

  /** All logs that were there at the start have been opened. */
  forgetLoaded(): void {
    this.#loaded.clear()
  }

  onChanged(directory: string): void {
    this.#changed.add(directory)
  }

  /** Writes the files of those online directories in which something has changed. */
  write(
    partitions: Iterable<Partition>,
    { onlineDirectories }: { onlineDirectories: readonly string[] },
  ): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(partitions, onlineDirectories))
    return this.#writing
  }

  async #write(partitions: Iterable<Partition>, onlineDirectories: readonly string[]): Promise<void> {
    if (this.#changed.size === 0) return
    const offsets = new Map<string, PartitionOffset[]>()
    for (const directory of onlineDirectories) if (this.#changed.has(directory)) offsets.set(directory, [])
    this.#changed.clear()
    for (const { topicPartition, log } of partitions) {
      offsets.get(log.logDirectory)?.push({ topicPartition, offset: log.highWatermark })
    }
    for (const [directory, entries] of offsets) {
      try {
        await writeOffsetCheckpoint(this.#disk, { directory, name }, entries)
      } catch (error) {
        this.#changed.add(directory)
        this.#logger.error({ err: error, directory }, `Cannot write ${name}`)
      }
    }
  }
}
