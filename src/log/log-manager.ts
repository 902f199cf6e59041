import { basename, join } from 'node:path'
import type { Timer } from '../io/clock.ts'
import { DiskError } from '../io/disk.ts'
import type { World } from '../io/world.ts'
import { DataDirectory, type DataDirectoryLimits, isLocked } from './data-directory.ts'
import type { LogConfig } from './log-config.ts'
import { LogDirectoryError } from './log-directory-error.ts'
import { loadLog, newLog } from './log-loader.ts'
import { OffsetCheckpointName } from './offset-checkpoint.ts'
import { PartitionDirectory } from './partition-directory.ts'
import {
  type PartitionDirectoryName,
  parsePartitionDirectoryName,
  partitionDirectoryName,
} from './partition-directory-name.ts'
import type { PartitionLog } from './partition-log.ts'
import { readPartitionMetadata, writePartitionMetadata } from './partition-metadata.ts'
import { StorageError } from './storage-error.ts'
import type { TopicPartition } from './topic-partition.ts'

export type { DataDirectoryLimits } from './data-directory.ts'

export const METADATA_TOPIC = '__cluster_metadata'

/** Loading a log is mostly waiting for small reads and flushes: so many at a time at least, after a clean stop ... */
const CLEAN_PARALLELISM = 16
/** ... and after an unclean one, where each may hold some megabytes that it is looking through. */
const UNCLEAN_PARALLELISM = 6
/** So many logs are closed at a time. */
const CLOSE_PARALLELISM = 16

export interface LogManagerOptions {
  readonly world: World
  /** `log.dirs`: absolute paths. */
  readonly logDirs: readonly string[]
  /** `metadata.log.dir`; the first of `logDirs` by default. */
  readonly metadataLogDir?: string
  /** `num.recovery.threads.per.data.dir`: how many logs of a directory are recovered at a time. */
  readonly recoveryParallelism: number
  /** `log.initial.task.delay.ms`: the background work begins no sooner. */
  readonly initialTaskDelayMs: number
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
  /** `transaction.partition.verification.enable` */
  readonly verifiesTransactions: boolean
  readonly limits: DataDirectoryLimits
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
  onDirectoryOffline(directory: LogDirectory, error: StorageError): void
}

/** How the logs that are found are to be taken. */
export interface LoadOptions {
  readonly configFor: (topic: string) => LogConfig
  readonly isStray: (log: { topicPartition: TopicPartition; topicId: string | undefined }) => boolean
}

/**
 * All logs of all data directories (Kafka's LogManager). Life: `open` (locks the directories, reads meta.properties),
 * `openMetadataLog`, then `load` once the metadata is known, `close`.
 */
export class LogManager {
  readonly #options: LogManagerOptions
  readonly #directories: DataDirectory[] = []
  /** Directories that could not be opened. */
  readonly #unusable: LogDirectory[] = []
  /** By the name of the partition's directory. */
  readonly #logs = new Map<string, { log: PartitionLog; directory: DataDirectory }>()
  readonly #timers = new Map<string, Timer>()
  #listener: LogManagerListener | undefined
  #isClosed = false

  private constructor(options: LogManagerOptions) {
    this.#options = options
  }

  /**
   * Rejects where a directory is in use by another process, where its meta.properties are damaged, or where none can be
   * used; the message is made to be shown.
   */
  static async open(options: LogManagerOptions): Promise<LogManager> {
    const manager = new LogManager(options)
    const paths = new Set(options.logDirs)
    if (options.metadataLogDir !== undefined) paths.add(options.metadataLogDir)
    try {
      for (const path of paths) await manager.#openDirectory(path)
    } catch (error) {
      await manager.#unlock()
      throw error
    }
    if (manager.#directories.length > 0) return manager
    throw new LogDirectoryError(
      `None of the log directories can be used: ${[...paths].join(', ')} (the log tells why): put that right, or correct log.dirs`,
    )
  }

  async #openDirectory(path: string): Promise<void> {
    const { world, limits, producerIdExpirationMs, verifiesTransactions } = this.#options
    try {
      this.#directories.push(
        await DataDirectory.open({
          path,
          world,
          limits,
          producerIdExpirationMs,
          verifiesTransactions,
          onOffline: (directory, error) => this.#onOffline(directory, error),
        }),
      )
    } catch (error) {
      if (isLocked(error)) {
        throw new LogDirectoryError(
          `Failed to acquire lock on file .lock in ${path}. A Kafka instance in another process is using this directory: stop that one, or choose another directory in log.dirs`,
          { cause: error },
        )
      }
      if (!(error instanceof DiskError)) throw error
      world.logger.error({ directory: path, err: error }, 'Failed to open the log directory')
      this.#unusable.push({
        path,
        directoryId: undefined,
        isOffline: true,
        cleanShutdownBrokerEpoch: undefined,
      })
    }
  }

  setListener(listener: LogManagerListener): void {
    this.#listener = listener
  }

  get directories(): readonly LogDirectory[] {
    return [...this.#directories, ...this.#unusable]
  }

  /** Opens or creates `__cluster_metadata-0`, recovering it where needed. Always durable. */
  async openMetadataLog(config: LogConfig): Promise<PartitionLog> {
    const { logDirs, metadataLogDir } = this.#options
    const path = metadataLogDir ?? logDirs[0]
    const directory = this.#directories.find(candidate => candidate.path === path)
    if (directory === undefined) {
      throw new LogDirectoryError(
        `The metadata log directory ${path} cannot be used (the log tells why): put that right, or correct metadata.log.dir`,
      )
    }
    const topicPartition = { topic: METADATA_TOPIC, partition: 0 }
    const partitionPath = join(directory.path, partitionDirectoryName(topicPartition))
    return directory.parts.writer.guard('open the metadata log', async () => {
      await this.#options.world.disk.makeDirectory(partitionPath)
      await this.#options.world.disk.syncDirectory(directory.path)
      const recoveryPoints = await directory.readOffsets(OffsetCheckpointName.RECOVERY_POINT)
      const startOffsets = await directory.readOffsets(OffsetCheckpointName.LOG_START_OFFSET)
      const recoveryPoint = recoveryPoints.get(topicPartition)
      const log = await loadLog(directory.parts, {
        topicPartition,
        topicId: undefined,
        directory: new PartitionDirectory(partitionPath),
        config: { ...config, flushMode: 'durable' },
        // Apache Kafka checkpoints none for this log, and goes on writing it when the marker is there already.
        wasClean: directory.wasClean && recoveryPoint !== undefined,
        recoveryPoint: recoveryPoint ?? 0,
        logStartOffset: startOffsets.get(topicPartition) ?? 0,
      })
      directory.add(log)
      return log
    })
  }

  /**
   * Loads every log of every directory and starts the background work (retention, checkpoints, producer expiry). A
   * log for which `isStray` says so (its topic id is not in the image, or this broker is no replica) is renamed aside.
   * A directory whose disk fails goes offline; the others are loaded. Rejects where a log is in two directories.
   */
  async load(options: LoadOptions): Promise<void> {
    await Promise.all(this.#directories.map(directory => this.#loadDirectory(directory, options)))
    this.#startBackgroundWork()
  }

  async #loadDirectory(directory: DataDirectory, options: LoadOptions): Promise<void> {
    const { world, recoveryParallelism } = this.#options
    const startedMs = world.clock.monotonicMs()
    try {
      const found = await directory.parts.writer.guard('list the logs', () => this.#listPartitions(directory))
      const offsets = {
        recoveryPoints: await directory.readOffsets(OffsetCheckpointName.RECOVERY_POINT),
        startOffsets: await directory.readOffsets(OffsetCheckpointName.LOG_START_OFFSET),
      }
      const leastParallelism = directory.wasClean ? CLEAN_PARALLELISM : UNCLEAN_PARALLELISM
      const parallelism = Math.max(leastParallelism, recoveryParallelism)
      await inParallel(found, parallelism, ({ name, parsed }) =>
        this.#loadPartition(directory, { name, parsed, offsets, options }),
      )
      directory.isLoaded = true
      world.logger.info(
        {
          directory: directory.path,
          clean: directory.wasClean,
          ms: world.clock.monotonicMs() - startedMs,
        },
        `Loaded ${found.length} logs`,
      )
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
    }
  }

  async #listPartitions(
    directory: DataDirectory,
  ): Promise<{ name: string; parsed: PartitionDirectoryName }[]> {
    const found: { name: string; parsed: PartitionDirectoryName }[] = []
    for (const { name, isDirectory } of await this.#options.world.disk.list(directory.path)) {
      const parsed = isDirectory ? parsePartitionDirectoryName(name) : undefined
      if (parsed === undefined || parsed.topicPartition.topic === METADATA_TOPIC) continue
      if (parsed.kind === 'current') found.push({ name, parsed })
      else if (parsed.kind === 'delete') this.#removeLater(directory, join(directory.path, name), 0)
      else this.#options.world.logger.warn({ directory: directory.path, name }, 'Leaving a log aside')
    }
    return found
  }

  async #loadPartition(
    directory: DataDirectory,
    {
      name,
      parsed: { topicPartition },
      offsets,
      options,
    }: {
      name: string
      parsed: PartitionDirectoryName
      offsets: {
        recoveryPoints: { get(topicPartition: TopicPartition): number | undefined }
        startOffsets: { get(topicPartition: TopicPartition): number | undefined }
      }
      options: LoadOptions
    },
  ): Promise<void> {
    const { disk, logger } = this.#options.world
    const path = join(directory.path, name)
    await directory.parts.writer.guard(`load ${name}`, async () => {
      const topicId = await readPartitionMetadata(disk, path)
      if (options.isStray({ topicPartition, topicId })) {
        const aside = await directory.setAside(topicPartition, { path, kind: 'stray' })
        logger.warn({ path, aside }, `Log ${name} is a stray and was set aside`)
        return
      }
      const log = await loadLog(directory.parts, {
        topicPartition,
        topicId,
        directory: new PartitionDirectory(path),
        config: options.configFor(topicPartition.topic),
        wasClean: directory.wasClean,
        recoveryPoint: offsets.recoveryPoints.get(topicPartition) ?? 0,
        logStartOffset: offsets.startOffsets.get(topicPartition) ?? 0,
      })
      this.#register(name, log, directory)
    })
  }

  getLog(topicPartition: TopicPartition): PartitionLog | undefined {
    return this.#logs.get(partitionDirectoryName(topicPartition))?.log
  }

  *logs(): IterableIterator<PartitionLog> {
    for (const { log } of this.#logs.values()) yield log
  }

  /**
   * Makes the directory and partition.metadata (on stable storage before it resolves), in the directory with the fewest
   * logs unless told. Rejects with `StorageError`, and with an `Error` where there is such a log.
   */
  async createLog({
    topicPartition,
    topicId,
    config,
    directoryId,
  }: {
    topicPartition: TopicPartition
    topicId: string
    config: LogConfig
    directoryId?: string
  }): Promise<PartitionLog> {
    const { disk, logger } = this.#options.world
    const name = partitionDirectoryName(topicPartition)
    if (this.#logs.has(name)) throw new Error(`There is a log ${name} already`)
    const directory = this.#directoryFor(directoryId)
    const path = join(directory.path, name)
    return directory.parts.writer.guard(`create ${name}`, async () => {
      const isNew = !(await disk.exists(path))
      await disk.makeDirectory(path)
      await disk.syncDirectory(directory.path)
      await writePartitionMetadata(disk, { directory: path, topicId })
      const wanted = { topicPartition, topicId, directory: new PartitionDirectory(path), config }
      // A directory that no load has found may be left over from a creation that a crash cut short.
      const log = isNew
        ? newLog(directory.parts, wanted)
        : await loadLog(directory.parts, { ...wanted, wasClean: false, recoveryPoint: 0, logStartOffset: 0 })
      this.#register(name, log, directory)
      logger.info({ directory: directory.path }, `Created log for partition ${name}`)
      return log
    })
  }

  #directoryFor(directoryId: string | undefined): DataDirectory {
    const { logDirs } = this.#options
    const online = this.#directories.filter(({ path, isOffline }) => logDirs.includes(path) && !isOffline)
    const told = online.find(directory => directory.directoryId === directoryId)
    if (directoryId !== undefined && told !== undefined) return told
    const [emptiest] = online.sort((one, other) => one.logs.size - other.logs.size)
    if (emptiest !== undefined) return emptiest
    throw new StorageError({ directory: logDirs.join(','), message: 'No log directory is online' })
  }

  #register(name: string, log: PartitionLog, directory: DataDirectory): void {
    const known = this.#logs.get(name)
    if (known !== undefined) {
      throw new Error(
        `Duplicate log directories for ${name} are found in both ${known.directory.path} and ${directory.path}. Delete one of them.`,
      )
    }
    this.#logs.set(name, { log, directory })
    directory.add(log)
  }

  /** Renames the directory to `topic-partition.uuid-delete`, resolves, and removes it in the background. */
  async deleteLog(topicPartition: TopicPartition): Promise<void> {
    const name = partitionDirectoryName(topicPartition)
    const entry = this.#logs.get(name)
    if (entry === undefined) return
    const { log, directory } = entry
    this.#logs.delete(name)
    directory.remove(log)
    await log.release()
    const path = await directory.setAside(topicPartition, { path: log.path, kind: 'delete' })
    // A new log of this name must not be taken for one that was flushed or begins further on.
    await directory.checkpoint(OffsetCheckpointName.RECOVERY_POINT)
    await directory.checkpoint(OffsetCheckpointName.LOG_START_OFFSET)
    this.#removeLater(directory, path, log.config.fileDeleteDelayMs)
    this.#options.world.logger.info(
      { directory: directory.path },
      `Log for partition ${name} is renamed to ${basename(path)} and is scheduled for deletion`,
    )
  }

  updateTopicConfig(topic: string, config: LogConfig): void {
    for (const { log } of this.#logs.values())
      if (log.topicPartition.topic === topic) log.updateConfig(config)
  }

  /** Brings the log start offsets onto stable storage now: DeleteRecords is not undone by a crash. */
  async checkpointLogStartOffsets(): Promise<void> {
    for (const directory of this.#online()) {
      await directory.checkpoint(OffsetCheckpointName.LOG_START_OFFSET)
    }
  }

  /**
   * Clean stop: everything written and flushed, producer snapshots, checkpoints, then `.kafka_cleanshutdown` with the
   * broker epoch in each directory; locks released. A directory that fails meanwhile gets no marker.
   */
  async close({ brokerEpoch }: { brokerEpoch: number }): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    for (const directory of this.#directories) {
      try {
        await inParallel([...directory.logs], CLOSE_PARALLELISM, async log => {
          if (!directory.isOffline) await log.close()
        })
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
      }
      await directory.close({ brokerEpoch })
    }
  }

  async #unlock(): Promise<void> {
    for (const directory of this.#directories) await directory.close({ brokerEpoch: -1 })
  }

  #online(): DataDirectory[] {
    return this.#directories.filter(directory => !directory.isOffline)
  }

  #onOffline(directory: DataDirectory, error: StorageError): void {
    this.#options.world.logger.error(
      { directory: directory.path, err: error },
      `Stopping serving logs in dir ${directory.path}`,
    )
    for (const [name, entry] of this.#logs) if (entry.directory === directory) this.#logs.delete(name)
    this.#listener?.onDirectoryOffline(directory, error)
  }

  // ---- background work

  #startBackgroundWork(): void {
    const options = this.#options
    this.#every('retention', options.retentionCheckIntervalMs, async () => {
      for (const log of [...this.logs()]) if (!log.isOffline) await log.deleteOldSegments()
    })
    this.#every('recovery-point checkpoint', options.recoveryPointCheckpointIntervalMs, async () => {
      for (const directory of this.#online()) await directory.checkpoint(OffsetCheckpointName.RECOVERY_POINT)
    })
    this.#every('log-start-offset checkpoint', options.logStartOffsetCheckpointIntervalMs, () =>
      this.checkpointLogStartOffsets(),
    )
    this.#every('producer expiry', options.producerIdExpirationCheckIntervalMs, async () => {
      const nowMs = options.world.clock.nowMs()
      for (const log of this.logs()) log.removeExpiredProducers(nowMs)
    })
  }

  /** Runs `work` again and again, `intervalMs` after it has ended each time. */
  #every(name: string, intervalMs: number, work: () => Promise<void>): void {
    const { clock, logger } = this.#options.world
    const schedule = (delayMs: number) => {
      if (this.#isClosed) return
      const timer = clock.setTimer(delayMs, () => {
        work()
          .catch(error => logger.error({ err: error }, `The ${name} failed`))
          .finally(() => schedule(intervalMs))
      })
      this.#timers.set(name, timer)
    }
    schedule(Math.min(this.#options.initialTaskDelayMs, intervalMs))
  }

  #removeLater(directory: DataDirectory, path: string, delayMs: number): void {
    const { clock, logger } = this.#options.world
    const timer = clock.setTimer(delayMs, () => {
      this.#timers.delete(path)
      directory
        .removeAside(path)
        .then(() => logger.info({ path }, 'Deleted a log'))
        .catch(error => logger.error({ path, err: error }, 'Failed to delete a log'))
    })
    this.#timers.set(path, timer)
  }
}

/** Runs `work` on all items, so many at a time; stops with the first rejection, once those under way have ended. */
async function inParallel<T>(
  items: readonly T[],
  parallelism: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  const workers = Array.from({ length: Math.min(Math.max(parallelism, 1), items.length) }, async () => {
    for (const item of iterator) {
      if (failure !== undefined) return
      try {
        await work(item)
      } catch (error) {
        failure ??= { error }
      }
    }
  })
  await Promise.all(workers)
  if (failure !== undefined) throw failure.error
}
