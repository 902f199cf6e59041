import type { Compute } from '../io/compute.ts'
import { CorruptCheckpointError } from './checkpoint-file.ts'
import type { FileHandles } from './file-handles.ts'
import { CorruptIndexError } from './index-file.ts'
import { LeaderEpochCache, readLeaderEpochs } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import { type FoundSegment, findFiles, lastBatchOf, openSegment } from './log-files.ts'
import { CorruptSegmentError } from './log-read.ts'
import { LogSegment, type SegmentFiles } from './log-segment.ts'
import { type LogWorld, rollJitterMs } from './log-state.ts'
import type { LogWriter } from './log-writer.ts'
import type { PartitionDirectory } from './partition-directory.ts'
import { PartitionLog } from './partition-log.ts'
import { encodeProducerSnapshot } from './producer-snapshot.ts'
import { ProducerState } from './producer-state.ts'
import { loadProducerState, removeProducerSnapshot } from './producer-state-loader.ts'
import { SegmentFileSuffix } from './segment-file-name.ts'
import { firstBatchTimestamp } from './segment-reader.ts'
import { recoverSegment } from './segment-recovery.ts'
import type { TailMemory } from './tail-memory.ts'
import type { TopicPartition } from './topic-partition.ts'

/** What the logs of one data directory share. */
export interface LogDirectoryParts {
  readonly world: LogWorld & { readonly compute: Compute }
  readonly disk: SegmentFiles['disk']
  readonly handles: FileHandles
  readonly writer: LogWriter
  readonly memory: TailMemory
  readonly directoryId: string | undefined
  readonly producerIdExpirationMs: number
  readonly verifiesTransactions: boolean
  /** Writes the recovery points of all logs of the directory. */
  readonly checkpointRecoveryPoint: () => Promise<void>
}

export interface LogToLoad {
  readonly topicPartition: TopicPartition
  readonly topicId: string | undefined
  readonly directory: PartitionDirectory
  readonly config: LogConfig
  /** The data directory was stopped cleanly. */
  readonly wasClean: boolean
  /** From the checkpoints; 0 where they do not tell. */
  readonly recoveryPoint: number
  readonly logStartOffset: number
}

/**
 * Opens a partition's log (Kafka's LogLoader). After a clean stop nothing but the ends of files is read. Otherwise the
 * segments from the recovery point on are read and checked, the log is cut behind its longest valid prefix, and indexes,
 * epochs and producers are built anew. Damage to a file beside the data leads to the same for what it concerns.
 */
export async function loadLog(parts: LogDirectoryParts, log: LogToLoad): Promise<PartitionLog> {
  return new LogLoader(parts, log).load()
}

/** A log that there was no directory of; it holds nothing until something is written. */
export function newLog(
  parts: LogDirectoryParts,
  log: Omit<LogToLoad, 'wasClean' | 'recoveryPoint' | 'logStartOffset'>,
): PartitionLog {
  const { world, disk, handles } = parts
  const files = { disk, handles, directory: log.directory }
  const jitter = rollJitterMs({ config: log.config, world })
  const segment = new LogSegment({
    files,
    baseOffset: 0,
    nowMs: world.clock.nowMs(),
    rollJitterMs: jitter,
  })
  return new PartitionLog({
    ...parts,
    ...log,
    files,
    segments: [segment],
    logStartOffset: 0,
    logEndOffset: 0,
    stableEndOffset: 0,
    snapshotOffset: 0,
    epochs: new LeaderEpochCache(),
    producers: new ProducerState({ endOffset: 0 }),
  })
}

class LogLoader {
  readonly #parts: LogDirectoryParts
  readonly #log: LogToLoad
  readonly #files: SegmentFiles
  #segments: LogSegment[] = []
  #snapshotOffsets: number[] = []
  #epochs = new LeaderEpochCache()
  /** As of the end of the last segment that was recovered, if any was. */
  #recovered: { producers: ProducerState; nextOffset: number } | undefined

  constructor(parts: LogDirectoryParts, log: LogToLoad) {
    this.#parts = parts
    this.#log = log
    this.#files = { disk: parts.disk, handles: parts.handles, directory: log.directory }
  }

  async load(): Promise<PartitionLog> {
    const { wasClean } = this.#log
    const { segments: found, snapshotOffsets } = await findFiles(this.#files)
    this.#snapshotOffsets = [...snapshotOffsets]
    for (const segment of found) this.#segments.push(await this.#open(segment))
    const epochsAreKnown = await this.#readEpochs()
    const firstToRecover = this.#firstToRecover(found, epochsAreKnown)
    if (firstToRecover !== undefined) await this.#recoverFrom(firstToRecover)
    let logEndOffset = await this.#endOffset()
    let logStartOffset = Math.max(this.#log.logStartOffset, this.#segments[0]?.baseOffset ?? 0)
    if (logEndOffset !== undefined && logEndOffset < logStartOffset) {
      await this.#deleteFrom(0, `the log ends at ${logEndOffset}, before its start at ${logStartOffset}`)
      this.#epochs.clear()
      logEndOffset = undefined
    }
    if (this.#segments.length === 0) {
      logStartOffset = this.#log.logStartOffset
      this.#segments.push(this.#newSegment(logStartOffset))
    }
    logEndOffset ??= logStartOffset
    this.#epochs.truncateFromEnd(logEndOffset)
    this.#epochs.truncateFromStart(logStartOffset)
    const producers = await this.#producers(logEndOffset)
    const snapshotOffset = await this.#removeStraySnapshots()
    const active = this.#segments.at(-1) as LogSegment
    active.firstBatchTimestamp = await firstBatchTimestamp(active)
    const isStable = wasClean || firstToRecover !== undefined || logEndOffset === logStartOffset
    return new PartitionLog({
      ...this.#parts,
      ...this.#log,
      files: this.#files,
      segments: this.#segments,
      logStartOffset,
      logEndOffset,
      stableEndOffset: isStable ? logEndOffset : Math.min(this.#log.recoveryPoint, logEndOffset),
      snapshotOffset,
      epochs: this.#epochs,
      producers,
    })
  }

  #open(found: FoundSegment): Promise<LogSegment> {
    const { clock } = this.#parts.world
    return openSegment(this.#files, found, {
      nowMs: clock.nowMs(),
      rollJitterMs: rollJitterMs({ config: this.#log.config, world: this.#parts.world }),
    })
  }

  #newSegment(baseOffset: number): LogSegment {
    const { clock } = this.#parts.world
    return new LogSegment({ files: this.#files, baseOffset, nowMs: clock.nowMs(), rollJitterMs: 0 })
  }

  /** False where the file is damaged or missing: the epochs have to be taken from the batches. */
  async #readEpochs(): Promise<boolean> {
    try {
      const epochs = await readLeaderEpochs(this.#parts.disk, this.#log.directory.path)
      this.#epochs = epochs ?? this.#epochs
      return epochs !== undefined || this.#segments.every(segment => segment.sizeBytes === 0)
    } catch (error) {
      if (!(error instanceof CorruptCheckpointError)) throw error
      this.#warn(error.message)
      return false
    }
  }

  /** The index of the first segment that has to be read; undefined where none has. */
  #firstToRecover(found: readonly FoundSegment[], epochsAreKnown: boolean): number | undefined {
    if (found.length === 0) return undefined
    if (!epochsAreKnown) return 0
    const withoutIndex = found.findIndex(segment => !segment.hasOffsetIndex || !segment.hasTimeIndex)
    const { wasClean, recoveryPoint } = this.#log
    if (wasClean) return withoutIndex === -1 ? undefined : withoutIndex
    const afterPoint = found.findIndex(segment => segment.baseOffset > recoveryPoint)
    const atPoint = Math.max(0, (afterPoint === -1 ? found.length : afterPoint) - 1)
    return withoutIndex === -1 ? atPoint : Math.min(withoutIndex, atPoint)
  }

  /** Recovers the segments from `first` on; the first that is damaged becomes the last. */
  async #recoverFrom(first: number): Promise<void> {
    const { config } = this.#log
    const base = this.#segments[first] as LogSegment
    const producers = await loadProducerState(this.#files, this.#segments.slice(0, first), {
      startOffset: (this.#segments[0] as LogSegment).baseOffset,
      endOffset: base.baseOffset,
      ...this.#producerOptions(),
    })
    // Once the segments before it are deleted, nothing else tells of the producers that wrote them.
    if (first > 0 && !this.#snapshotOffsets.includes(base.baseOffset)) {
      await this.#writeSnapshot(producers, base.baseOffset)
    }
    this.#epochs.truncateFromEnd(base.baseOffset)
    for (let index = first; index < this.#segments.length; index++) {
      const segment = this.#segments[index] as LogSegment
      producers.advanceTo(segment.baseOffset)
      const recovery = await recoverSegment(segment, {
        config,
        epochs: this.#epochs,
        producers,
        isActive: index + 1 === this.#segments.length,
      })
      this.#recovered = { producers, nextOffset: recovery.nextOffset }
      if (recovery.contradictsEpochs && first > 0) return this.#recoverAll('its epochs are wrong')
      const next = this.#segments[index + 1]
      if (next !== undefined && recovery.truncatedBytes === 0) {
        await this.#writeSnapshot(producers, next.baseOffset)
      }
      if (recovery.truncatedBytes > 0) {
        const { nextOffset, truncatedBytes, problem } = recovery
        this.#warn(`cut ${truncatedBytes} bytes behind offset ${nextOffset} of ${segment.path()}: ${problem}`)
        await this.#deleteFrom(index + 1, 'what was before it is damaged')
      }
    }
    if (this.#epochs.isDirty) await this.#epochs.write(this.#parts.disk, this.#log.directory.path)
  }

  /** Nothing beside the data is to be trusted. */
  #recoverAll(reason: string): Promise<void> {
    this.#warn(`recovering the whole log: ${reason}`)
    this.#epochs = new LeaderEpochCache()
    return this.#recoverFrom(0)
  }

  /** So that the next recovery can begin at the segment that starts there. */
  async #writeSnapshot(producers: ProducerState, offset: number): Promise<void> {
    if (!this.#snapshotOffsets.includes(offset)) this.#snapshotOffsets.push(offset)
    await this.#parts.disk.replaceFile(
      this.#log.directory.segmentFile(offset, SegmentFileSuffix.PRODUCER_SNAPSHOT),
      encodeProducerSnapshot(producers.entries(), producers.count),
    )
  }

  async #deleteFrom(index: number, reason: string): Promise<void> {
    for (const segment of this.#segments.splice(index)) {
      this.#warn(`deleting segment ${segment.path()}: ${reason}`)
      await segment.markDeleted()
      await segment.removeFiles()
      await this.#removeSnapshot(segment.baseOffset)
    }
    await this.#parts.disk.syncDirectory(this.#log.directory.path)
  }

  /** Undefined in a log without segments. */
  async #endOffset(): Promise<number | undefined> {
    const active = this.#segments.at(-1)
    if (this.#recovered === undefined && active !== undefined) {
      const { baseOffset } = active
      try {
        await active.offsetIndex.open()
        await active.loadMaxTimestamp()
        const last = await lastBatchOf(active)
        if (last === undefined) return baseOffset
        const { leaderEpoch } = last
        // The epochs begin with the log start offset: they do not tell of a batch before it.
        const isTold = leaderEpoch >= 0 && last.baseOffset >= this.#log.logStartOffset
        if (!isTold || this.#epochs.epochForOffset(last.baseOffset) === leaderEpoch) {
          return last.lastOffset + 1
        }
        await this.#recoverAll(`its last batch is of epoch ${leaderEpoch}`)
      } catch (error) {
        if (!(error instanceof CorruptIndexError || error instanceof CorruptSegmentError)) throw error
        this.#warn(`recovering the last segment: ${error.message}`)
        await this.#recoverFrom(this.#segments.length - 1)
      }
    }
    return this.#recovered?.nextOffset
  }

  async #producers(logEndOffset: number): Promise<ProducerState> {
    const recovered = this.#recovered
    if (recovered !== undefined && recovered.nextOffset === logEndOffset) {
      // Snapshots behind the end would be taken for the truth by the next start.
      for (const offset of this.#snapshotOffsets) {
        if (offset > logEndOffset) await this.#removeSnapshot(offset)
      }
      recovered.producers.advanceTo(logEndOffset)
      return recovered.producers
    }
    return loadProducerState(this.#files, this.#segments, {
      startOffset: (this.#segments[0] as LogSegment).baseOffset,
      endOffset: logEndOffset,
      ...this.#producerOptions(),
    })
  }

  #producerOptions() {
    const { world, producerIdExpirationMs } = this.#parts
    return {
      snapshotOffsets: this.#snapshotOffsets,
      nowMs: world.clock.nowMs(),
      expirationMs: producerIdExpirationMs,
      logger: world.logger,
    }
  }

  /** All but those of segments and the newest go (removeStraySnapshots). Returns the newest one's offset, 0 without one. */
  async #removeStraySnapshots(): Promise<number> {
    const newest = this.#snapshotOffsets.at(-1) ?? 0
    for (const offset of this.#snapshotOffsets) {
      const isSegments = this.#segments.some(segment => segment.baseOffset === offset)
      if (offset !== newest && !isSegments) await this.#removeSnapshot(offset)
    }
    return newest
  }

  async #removeSnapshot(offset: number): Promise<void> {
    await removeProducerSnapshot(this.#files, offset)
    this.#snapshotOffsets = this.#snapshotOffsets.filter(other => other !== offset)
  }

  #warn(message: string): void {
    const { topic, partition } = this.#log.topicPartition
    this.#parts.world.logger.warn({ topic, partition }, message)
  }
}
