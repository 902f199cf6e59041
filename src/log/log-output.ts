import type { Clock, Timer } from '../io/clock.ts'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import type { LogSegment, SegmentFiles } from './log-segment.ts'
import type { LogTail } from './log-tail.ts'
import type { LogWriter, WritableLog } from './log-writer.ts'
import { SegmentFileSuffix } from './segment-file-name.ts'
import type { StorageError } from './storage-error.ts'

/** One write is no larger than this, so that a busy log does not hold up the others for long. */
const MAX_WRITE_BYTES = 4 * 1024 * 1024
/** As many as one writev takes. */
const MAX_WRITE_BUFFERS = 1024

/** A segment that appends have left behind; its indexes and its snapshot are not on stable storage yet. */
interface RolledSegment {
  readonly segment: LogSegment
  /** The base offset of the segment behind it. */
  readonly endOffset: number
  /** The producers at `endOffset`, in Kafka's snapshot format. */
  readonly producerSnapshot: Buffer
}

interface FlushWaiter {
  readonly endOffset: number
  resolve(): void
  reject(error: StorageError): void
}

export interface LogOutputOptions {
  readonly name: string
  readonly files: SegmentFiles
  readonly writer: LogWriter
  readonly tail: LogTail
  readonly epochs: LeaderEpochCache
  readonly clock: Clock
  readonly config: () => LogConfig
  readonly activeSegment: () => LogSegment
  /** `writtenEndOffset` or `flushedEndOffset` grew. */
  readonly onProgress: () => void
}

/**
 * The way of one log from memory to stable storage: what its directory's writer calls when the log's turn has come, and
 * the end offsets that come of it.
 */
export class LogOutput implements WritableLog {
  readonly #options: LogOutputOptions
  #writtenEndOffset: number
  /** Everything before it has been flushed in truth, whatever the mode. */
  #stableEndOffset: number
  /** Flush at least up to here, in the lazy mode, too. */
  #forcedEndOffset = 0
  /** Segments that may hold bytes that were written and not flushed, oldest first. */
  #unflushed: LogSegment[] = []
  #rolled: RolledSegment[] = []
  #waiters: FlushWaiter[] = []
  #flushTimer: Timer | undefined

  constructor(options: LogOutputOptions, offsets: { writtenEndOffset: number; stableEndOffset: number }) {
    this.#options = options
    this.#writtenEndOffset = offsets.writtenEndOffset
    this.#stableEndOffset = offsets.stableEndOffset
  }

  get name(): string {
    return this.#options.name
  }

  get writtenEndOffset(): number {
    return this.#writtenEndOffset
  }

  get flushedEndOffset(): number {
    return this.#isDurable ? this.#stableEndOffset : this.#writtenEndOffset
  }

  /** Where recovery has to begin: never behind a segment whose indexes and snapshot are not on stable storage. */
  get recoveryPoint(): number {
    const rolled = this.#rolled[0]
    return rolled === undefined
      ? this.#stableEndOffset
      : Math.min(this.#stableEndOffset, rolled.segment.baseOffset)
  }

  get #isDurable(): boolean {
    return this.#options.config().flushMode === 'durable'
  }

  onAppended(): void {
    this.#request('write')
  }

  onEpochsChanged(): void {
    this.#request('upkeep')
  }

  onRolled(rolled: RolledSegment): void {
    this.#rolled.push(rolled)
    this.#noteUnflushed(rolled.segment)
    this.#request('flush')
  }

  /** A new, empty segment whose files have been made. */
  onSegmentCreated(segment: LogSegment): void {
    this.#noteUnflushed(segment)
  }

  /** Resolves once everything before `endOffset` is on stable storage; rejects when the directory goes offline. */
  flushUpTo(endOffset: number): Promise<void> {
    if (endOffset <= this.#stableEndOffset) return Promise.resolve()
    const { failure } = this.#options.writer
    if (failure !== undefined) return Promise.reject(failure)
    this.#forcedEndOffset = Math.max(this.#forcedEndOffset, endOffset)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ endOffset, resolve, reject })
      this.#request('write')
      this.#request('flush')
    })
  }

  onOffline(error: StorageError): void {
    this.#flushTimer?.cancel()
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
  }

  /** Nothing of the log is under way from when it resolves until `resume`. */
  suspend(): Promise<void> {
    return this.#options.writer.suspend(this)
  }

  resume(): void {
    this.#options.writer.resume(this)
    this.#request('write')
    this.#request('flush')
    this.#request('upkeep')
  }

  /** While suspended: everything at and behind `endOffset` is gone, and `segments` are all that are left. */
  onTruncated(endOffset: number, segments: readonly LogSegment[]): void {
    this.#writtenEndOffset = Math.min(this.#writtenEndOffset, endOffset)
    this.#stableEndOffset = Math.min(this.#stableEndOffset, endOffset)
    this.#forcedEndOffset = Math.min(this.#forcedEndOffset, endOffset)
    this.#unflushed = this.#unflushed.filter(segment => segments.includes(segment))
    const active = segments.at(-1)
    this.#rolled = this.#rolled.filter(
      ({ segment }) => segment !== active && segments.includes(segment) && !segment.isDeleted,
    )
    this.#resolveWaiters()
  }

  /** While suspended: the log is empty and goes on at `offset`. */
  onRestarted(offset: number): void {
    this.#writtenEndOffset = offset
    this.#stableEndOffset = offset
    this.#forcedEndOffset = 0
    this.#unflushed = []
    this.#rolled = []
    this.#resolveWaiters()
  }

  /** The segments are no longer the log's: nothing of them needs to be kept. */
  onSegmentsRemoved(removed: readonly LogSegment[]): void {
    this.#unflushed = this.#unflushed.filter(segment => !removed.includes(segment))
    this.#rolled = this.#rolled.filter(({ segment }) => !removed.includes(segment))
  }

  // ---- the writer's jobs

  async write(): Promise<void> {
    const { tail, files } = this.#options
    const next = tail.nextWrite({ maxBytes: MAX_WRITE_BYTES, maxBuffers: MAX_WRITE_BUFFERS })
    if (next === undefined) return
    const { segment, position, buffers, sizeBytes, endOffset } = next
    if (this.#mustFlushBefore(segment)) return
    await files.handles.use(segment.path(), { create: true }, file => file.write(buffers, position))
    segment.writtenBytes = position + sizeBytes
    this.#noteUnflushed(segment)
    this.#writtenEndOffset = endOffset
    tail.onWritten(next)
    if (tail.unwrittenBytes > 0) this.#request('write')
    this.#flushWhereDue()
    if (segment.hasLargeIndexes) this.#request('upkeep')
    this.#options.onProgress()
  }

  async flush(): Promise<void> {
    const { files } = this.#options
    const targetOffset = this.#writtenEndOffset
    const flushesActive =
      this.#isDurable || this.#forcedEndOffset > this.#stableEndOffset || this.#isOverdue()
    const rolled = new Set(this.#rolled.map(({ segment }) => segment))
    // Those with nothing written have no file yet whose name could become stable.
    const segments = this.#unflushed.filter(
      segment =>
        segment.writtenBytes > 0 &&
        (flushesActive || (rolled.has(segment) && segment.writtenBytes === segment.sizeBytes)),
    )
    for (const segment of segments) {
      const { writtenBytes } = segment
      if (writtenBytes > segment.flushedBytes) {
        await files.handles.use(segment.path(), { create: false }, file => file.flush())
        segment.flushedBytes = writtenBytes
      }
    }
    if (segments.some(segment => !segment.isNameStable)) {
      await files.disk.syncDirectory(files.directory.path)
      for (const segment of segments) segment.isNameStable = true
    }
    this.#unflushed = this.#unflushed.filter(segment => segment.flushedBytes < segment.sizeBytes)
    if (flushesActive) this.#stableEndOffset = targetOffset
    else this.#stableEndOffset = Math.max(this.#stableEndOffset, this.#flushedRolledEnd())
    this.#resolveWaiters()
    this.#flushWhereDue()
    if (this.#rolled.length > 0) this.#request('upkeep')
    if (this.#options.tail.unwrittenBytes > 0) this.#request('write')
    this.#options.onProgress()
  }

  /**
   * A power cut must not leave batches of a segment without those of the segment before it: recovery could not tell that
   * they are missing. So the one before is flushed first; the flush asks for the write again.
   */
  #mustFlushBefore(segment: LogSegment): boolean {
    if (!this.#isDurable) return false
    const isAhead = this.#rolled.some(
      rolled =>
        rolled.endOffset <= segment.baseOffset && rolled.segment.flushedBytes < rolled.segment.sizeBytes,
    )
    if (isAhead) this.#request('flush')
    return isAhead
  }

  async upkeep(): Promise<void> {
    const { epochs, files } = this.#options
    if (epochs.isDirty) await epochs.write(files.disk, files.directory.path)
    for (;;) {
      const rolled = this.#rolled[0]
      if (rolled === undefined || rolled.endOffset > this.#stableEndOffset) break
      await this.#finishRolled(rolled)
      if (this.#rolled[0] === rolled) this.#rolled.shift()
    }
    await this.#options.activeSegment().writeLargeIndexes()
    if (epochs.isDirty) this.#request('upkeep')
  }

  async #finishRolled({ segment, endOffset, producerSnapshot }: RolledSegment): Promise<void> {
    const { disk, directory } = this.#options.files
    await segment.closeIndexes()
    // The directory is synced with it, the indexes' names included.
    await disk.replaceFile(
      directory.segmentFile(endOffset, SegmentFileSuffix.PRODUCER_SNAPSHOT),
      producerSnapshot,
    )
  }

  #flushedRolledEnd(): number {
    let endOffset = 0
    for (const rolled of this.#rolled) {
      if (rolled.segment.flushedBytes < rolled.segment.sizeBytes) break
      endOffset = rolled.endOffset
    }
    return endOffset
  }

  #flushWhereDue(): void {
    const isForced = this.#forcedEndOffset > this.#stableEndOffset
    const isBehind = this.#writtenEndOffset > this.#stableEndOffset
    const canFlushRolled = this.#rolled.some(
      ({ segment, endOffset }) =>
        endOffset > this.#stableEndOffset && segment.writtenBytes === segment.sizeBytes,
    )
    if ((isBehind && (this.#isDurable || isForced || this.#isOverdue())) || canFlushRolled) {
      this.#request('flush')
    } else if (isBehind) {
      this.#flushLater()
    }
  }

  /** `flush.messages` */
  #isOverdue(): boolean {
    const { flushMessages } = this.#options.config()
    return flushMessages !== undefined && this.#writtenEndOffset - this.#stableEndOffset >= flushMessages
  }

  /** `flush.ms` */
  #flushLater(): void {
    const { flushMs } = this.#options.config()
    if (flushMs === undefined || this.#flushTimer !== undefined) return
    this.#flushTimer = this.#options.clock.setTimer(flushMs, () => {
      this.#flushTimer = undefined
      this.#forcedEndOffset = Math.max(this.#forcedEndOffset, this.#writtenEndOffset)
      this.#flushWhereDue()
    })
  }

  #noteUnflushed(segment: LogSegment): void {
    if (this.#unflushed.at(-1) === segment || this.#unflushed.includes(segment)) return
    this.#unflushed.push(segment)
  }

  #request(lane: 'write' | 'flush' | 'upkeep'): void {
    this.#options.writer.request(lane, this)
  }

  #resolveWaiters(): void {
    if (this.#waiters.length === 0) return
    const done = this.#waiters.filter(({ endOffset }) => endOffset <= this.#stableEndOffset)
    this.#waiters = this.#waiters.filter(({ endOffset }) => endOffset > this.#stableEndOffset)
    for (const waiter of done) waiter.resolve()
  }
}
