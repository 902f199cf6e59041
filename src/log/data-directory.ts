import { dirname, join } from 'node:path'
import { type Disk, DiskError } from '../io/disk.ts'
import type { World } from '../io/world.ts'
import { CorruptCheckpointError } from './checkpoint-file.ts'
import {
  readCleanShutdownFile,
  removeCleanShutdownFile,
  writeCleanShutdownFile,
} from './clean-shutdown-file.ts'
import { FileHandles } from './file-handles.ts'
import type { LogDirectoryParts } from './log-loader.ts'
import { LogWriter } from './log-writer.ts'
import { readMetaProperties } from './meta-properties.ts'
import {
  OffsetCheckpointName,
  PartitionOffsets,
  readOffsetCheckpoint,
  writeOffsetCheckpoint,
} from './offset-checkpoint.ts'
import { markedDirectoryName } from './partition-directory-name.ts'
import type { PartitionLog } from './partition-log.ts'
import { SerialQueue } from './serial-queue.ts'
import type { StorageError } from './storage-error.ts'
import { TailMemory } from './tail-memory.ts'
import type { TopicPartition } from './topic-partition.ts'

const LOCK_FILE_NAME = '.lock'

type CheckpointedOffset = Exclude<OffsetCheckpointName, typeof OffsetCheckpointName.HIGH_WATERMARK>

/** Bounds of a data directory's memory, work and files. */
export interface DataDirectoryLimits {
  /** Bytes appended and not yet written, in all logs of a directory and in one: above it producers feel back-pressure. */
  readonly maxUnwrittenBytes: number
  readonly maxUnwrittenBytesPerLog: number
  /** Memory that batches may keep for reads at the tail once they are written, in all logs of a directory. */
  readonly maxCachedBytes: number
  /** Writes and flushes of a directory that are under way at once: fewer than there are threads for file work. */
  readonly maxConcurrentWrites: number
  readonly maxConcurrentFlushes: number
  /** Files that a directory keeps open. */
  readonly maxOpenFiles: number
}

export interface DataDirectoryOptions {
  readonly path: string
  readonly world: World
  readonly limits: DataDirectoryLimits
  readonly producerIdExpirationMs: number
  readonly verifiesTransactions: boolean
  readonly onOffline: (directory: DataDirectory, error: StorageError) => void
}

/**
 * One of `log.dirs`: its lock, its identity, and what its logs share. A failure of its disk takes it offline for good,
 * and its logs with it.
 */
export class DataDirectory {
  readonly path: string
  readonly directoryId: string | undefined
  readonly clusterId: string | undefined
  /** The broker epoch under which it was stopped cleanly; undefined where it was not. */
  readonly cleanShutdownBrokerEpoch: number | undefined
  readonly parts: LogDirectoryParts
  /** All logs have been loaded, so that a clean stop may say so. */
  isLoaded = false
  readonly #world: World
  readonly #releaseLock: () => Promise<void>
  readonly #logs = new Set<PartitionLog>()
  /** Checkpoints are written one at a time. */
  readonly #checkpoints = new SerialQueue()
  readonly #nextCheckpoint = new Map<CheckpointedOffset, Promise<void>>()

  private constructor(
    options: DataDirectoryOptions,
    found: {
      identity: { clusterId: string; directoryId: string | undefined } | undefined
      cleanShutdownBrokerEpoch: number | undefined
      releaseLock: () => Promise<void>
    },
  ) {
    const { path, world, limits } = options
    this.path = path
    this.directoryId = found.identity?.directoryId
    this.clusterId = found.identity?.clusterId
    this.cleanShutdownBrokerEpoch = found.cleanShutdownBrokerEpoch
    this.#world = world
    this.#releaseLock = found.releaseLock
    this.parts = {
      world,
      disk: world.disk,
      handles: new FileHandles({ disk: world.disk, maxOpen: limits.maxOpenFiles }),
      writer: new LogWriter({
        directory: path,
        maxConcurrent: {
          write: limits.maxConcurrentWrites,
          flush: limits.maxConcurrentFlushes,
          upkeep: limits.maxConcurrentFlushes,
        },
        onFailure: error => {
          this.parts.memory.releaseWaiting()
          for (const log of this.#logs) log.onOffline(error)
          options.onOffline(this, error)
        },
      }),
      memory: new TailMemory(limits),
      directoryId: this.directoryId,
      producerIdExpirationMs: options.producerIdExpirationMs,
      verifiesTransactions: options.verifiesTransactions,
      checkpointRecoveryPoint: () => this.checkpoint(OffsetCheckpointName.RECOVERY_POINT),
    }
  }

  /**
   * Locks the directory, making it where it is missing, and reads what it says of itself. The marker of a clean stop is
   * taken away: from now on a stop is unclean until `close`. Rejects with `DiskError` (`ELOCKED`), `MetaPropertiesError`.
   */
  static async open(options: DataDirectoryOptions): Promise<DataDirectory> {
    const { path, world } = options
    const { disk } = world
    await makeStableDirectory(disk, path)
    const lock = await disk.lock(join(path, LOCK_FILE_NAME))
    try {
      const identity = await readMetaProperties(disk, path)
      const cleanShutdownBrokerEpoch = await readCleanShutdownFile(disk, path)
      if (cleanShutdownBrokerEpoch !== undefined) await removeCleanShutdownFile(disk, path)
      const releaseLock = () => lock.release()
      return new DataDirectory(options, { identity, cleanShutdownBrokerEpoch, releaseLock })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get wasClean(): boolean {
    return this.cleanShutdownBrokerEpoch !== undefined
  }

  get isOffline(): boolean {
    return this.parts.writer.failure !== undefined
  }

  get logs(): ReadonlySet<PartitionLog> {
    return this.#logs
  }

  add(log: PartitionLog): void {
    this.#logs.add(log)
  }

  remove(log: PartitionLog): void {
    this.#logs.delete(log)
  }

  /** A damaged or missing checkpoint tells nothing: logs are then recovered from their first segment on. */
  async readOffsets(name: OffsetCheckpointName): Promise<PartitionOffsets> {
    try {
      return await readOffsetCheckpoint(this.#world.disk, { directory: this.path, name })
    } catch (error) {
      if (!(error instanceof CorruptCheckpointError)) throw error
      this.#world.logger.warn({ directory: this.path }, error.message)
      return new PartitionOffsets()
    }
  }

  /**
   * Writes the recovery points or the log start offsets of the directory's logs, as they are now or a little later: who
   * asks while one is being written shares the next one. Rejects with `StorageError`.
   */
  checkpoint(name: CheckpointedOffset): Promise<void> {
    const waiting = this.#nextCheckpoint.get(name)
    if (waiting !== undefined) return waiting
    const next = this.#checkpoints.run(() => {
      this.#nextCheckpoint.delete(name)
      return this.#writeCheckpoint(name)
    })
    this.#nextCheckpoint.set(name, next)
    return next
  }

  async #writeCheckpoint(name: CheckpointedOffset): Promise<void> {
    const isStart = name === OffsetCheckpointName.LOG_START_OFFSET
    await this.parts.writer.guard(`write ${name}`, async () => {
      // Logs that are not loaded yet keep what the last checkpoint said of them.
      const offsets = this.isLoaded ? new PartitionOffsets() : await this.readOffsets(name)
      for (const { topicPartition, logStartOffset, firstSegmentBaseOffset, recoveryPoint } of this.#logs) {
        if (!isStart) offsets.set(topicPartition, recoveryPoint)
        else if (logStartOffset > firstSegmentBaseOffset) offsets.set(topicPartition, logStartOffset)
      }
      const { disk } = this.#world
      await writeOffsetCheckpoint(disk, { directory: this.path, name }, [...offsets.entries()])
    })
  }

  /** Renames a partition's directory out of the way; resolves to its new path once that is stable. */
  async setAside(
    topicPartition: TopicPartition,
    { path, kind }: { path: string; kind: 'delete' | 'stray' },
  ): Promise<string> {
    const uniqueId = this.#world.random.bytes(16).toString('hex')
    const to = join(this.path, markedDirectoryName(topicPartition, { kind, uniqueId }))
    return this.parts.writer.guard(`rename ${path}`, async () => {
      await this.#world.disk.rename({ from: path, to })
      await this.#world.disk.syncDirectory(this.path)
      return to
    })
  }

  removeAside(path: string): Promise<void> {
    return this.parts.writer.guard(`remove ${path}`, () => this.#world.disk.removeDirectory(path))
  }

  /** After its logs are closed: checkpoints, then the marker of a clean stop where it was one, and the lock is given back. */
  async close({ brokerEpoch }: { brokerEpoch: number }): Promise<void> {
    try {
      if (!this.isOffline) {
        await this.checkpoint(OffsetCheckpointName.RECOVERY_POINT)
        await this.checkpoint(OffsetCheckpointName.LOG_START_OFFSET)
        await this.parts.handles.closeAll()
        if (this.isLoaded || this.wasClean) {
          await writeCleanShutdownFile(this.#world.disk, { directory: this.path, brokerEpoch })
        }
      }
    } finally {
      await this.#releaseLock()
    }
  }
}

/** Makes a directory and its missing parents, all of it on stable storage when it resolves. */
async function makeStableDirectory(disk: Disk, path: string): Promise<void> {
  const parents: string[] = []
  for (let child = path; !(await disk.exists(child)); child = dirname(child)) parents.push(dirname(child))
  await disk.makeDirectory(path)
  for (const parent of parents.reverse()) await disk.syncDirectory(parent)
}

/** Whether opening failed because another process has the directory. */
export function isLocked(error: unknown): boolean {
  return error instanceof DiskError && error.code === 'ELOCKED'
}
