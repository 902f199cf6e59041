import type { Disk } from '../io/disk.ts'
import type { FileHandles } from './file-handles.ts'
import { CorruptIndexError } from './index-file.ts'
import type { LogConfig } from './log-config.ts'
import { OffsetIndex } from './offset-index.ts'
import type { PartitionDirectory } from './partition-directory.ts'
import { DELETED_SUFFIX, SegmentFileSuffix } from './segment-file-name.ts'
import { type MaxTimestamp, TimeIndex } from './time-index.ts'
import { TransactionIndex } from './transaction-index.ts'

/** Offsets in index files are relative to the base offset, as int32. */
export const MAX_RELATIVE_OFFSET = 0x7fff_ffff

/** Index entries of the active segment that stay in memory: as many as cost little and save most writes. */
const MAX_PENDING_INDEX_BYTES = 16 * 1024

const FILE_SUFFIXES = [
  SegmentFileSuffix.LOG,
  SegmentFileSuffix.OFFSET_INDEX,
  SegmentFileSuffix.TIME_INDEX,
  SegmentFileSuffix.TRANSACTION_INDEX,
]

/** The files of a directory's segments, and how to get at them. */
export interface SegmentFiles {
  readonly disk: Disk
  readonly handles: FileHandles
  readonly directory: PartitionDirectory
}

/** What a segment needs to know of a batch that is appended to it. */
export interface SegmentAppend {
  readonly lastOffset: number
  readonly maxTimestamp: bigint
  readonly sizeBytes: number
}

/**
 * One segment: a `.log` file of batches and its indexes (Kafka's LogSegment). `sizeBytes` counts what has been appended,
 * `writtenBytes` what has reached the file; the writer alone writes, the tail holds what it has not written.
 */
export class LogSegment {
  readonly baseOffset: number
  readonly createdMs: number
  /** Of the time limit for rolling, so that not all partitions roll at once. */
  readonly rollJitterMs: number
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  readonly transactionIndex: TransactionIndex
  readonly #files: SegmentFiles

  sizeBytes: number
  writtenBytes: number
  /** Of `writtenBytes`, what is on stable storage. */
  flushedBytes: number
  /** The directory entry of the `.log` file is on stable storage. */
  isNameStable: boolean
  /** The indexes in memory are ahead of stable storage. */
  areIndexesDirty = false
  #isDeleted = false
  #bytesSinceIndexEntry = 0
  #firstBatchTimestamp: bigint | undefined
  #maxTimestamp: MaxTimestamp | undefined

  /**
   * `existing`: the segment is on disk, with so many bytes and perhaps a transaction index; the other indexes are looked
   * at when they are needed. Without it, it is new.
   */
  constructor(options: {
    files: SegmentFiles
    baseOffset: number
    nowMs: number
    rollJitterMs: number
    existing?: { sizeBytes: number; hasTransactionIndex: boolean }
  }) {
    const { files, baseOffset, existing } = options
    this.#files = files
    this.baseOffset = baseOffset
    this.createdMs = options.nowMs
    this.rollJitterMs = options.rollJitterMs
    this.sizeBytes = existing?.sizeBytes ?? 0
    this.writtenBytes = this.sizeBytes
    this.flushedBytes = this.sizeBytes
    this.isNameStable = existing !== undefined
    const isNew = existing === undefined
    const at = (suffix: SegmentFileSuffix) => ({ handles: files.handles, path: () => this.path(suffix) })
    this.offsetIndex = new OffsetIndex(at(SegmentFileSuffix.OFFSET_INDEX), { baseOffset, isNew })
    this.timeIndex = new TimeIndex(at(SegmentFileSuffix.TIME_INDEX), { baseOffset, isNew })
    this.transactionIndex = new TransactionIndex(at(SegmentFileSuffix.TRANSACTION_INDEX), {
      isNew: existing?.hasTransactionIndex !== true,
    })
  }

  path(suffix: SegmentFileSuffix = SegmentFileSuffix.LOG): string {
    return this.#files.directory.segmentFile(this.baseOffset, suffix, this.#isDeleted ? DELETED_SUFFIX : '')
  }

  get files(): SegmentFiles {
    return this.#files
  }

  get isDeleted(): boolean {
    return this.#isDeleted
  }

  /** The largest timestamp (-1 where there is none) and the last offset of its batch; undefined where it is not known yet. */
  get maxTimestamp(): MaxTimestamp | undefined {
    return this.#maxTimestamp
  }

  set maxTimestamp(maxTimestamp: MaxTimestamp | undefined) {
    this.#maxTimestamp = maxTimestamp
  }

  set firstBatchTimestamp(timestamp: bigint | undefined) {
    this.#firstBatchTimestamp = timestamp
  }

  /**
   * Loads the largest timestamp from the time index where it is not known. Rejects with `CorruptIndexError`, also where
   * the index is empty and the segment is not: only records without timestamps leave it so.
   */
  async loadMaxTimestamp(): Promise<MaxTimestamp | undefined> {
    if (this.#maxTimestamp === undefined && this.sizeBytes > 0) {
      await this.timeIndex.open()
      this.#maxTimestamp ??= this.timeIndex.last
      if (this.#maxTimestamp === undefined) {
        throw new CorruptIndexError({ path: this.path(SegmentFileSuffix.TIME_INDEX), reason: 'no entries' })
      }
    }
    return this.#maxTimestamp
  }

  /** Counts a batch in at the end and indexes it where one is due. Its bytes go elsewhere: see `LogTail`. */
  append(
    { lastOffset, maxTimestamp, sizeBytes }: SegmentAppend,
    { indexIntervalBytes }: { indexIntervalBytes: number },
  ): void {
    if (this.sizeBytes === 0) this.#firstBatchTimestamp = maxTimestamp
    if (maxTimestamp > (this.#maxTimestamp?.timestamp ?? -1n)) {
      this.#maxTimestamp = { timestamp: maxTimestamp, offset: lastOffset }
    }
    if (this.#bytesSinceIndexEntry > indexIntervalBytes) {
      this.offsetIndex.append({ offset: lastOffset, position: this.sizeBytes })
      if (this.#maxTimestamp !== undefined) this.timeIndex.maybeAppend(this.#maxTimestamp)
      this.#bytesSinceIndexEntry = 0
    }
    this.areIndexesDirty = true
    this.#bytesSinceIndexEntry += sizeBytes
    this.sizeBytes += sizeBytes
  }

  /** Whether `lastOffset` can be told relative to the base offset. */
  holdsOffset(lastOffset: number): boolean {
    return lastOffset - this.baseOffset <= MAX_RELATIVE_OFFSET
  }

  /** Whether records of this size, last offset and timestamp belong into a new segment (LogSegment.shouldRoll). */
  shouldRoll(append: SegmentAppend, { config, nowMs }: { config: LogConfig; nowMs: number }): boolean {
    return (
      this.sizeBytes + append.sizeBytes > config.segmentBytes ||
      (this.sizeBytes > 0 &&
        this.#waitedMs(append.maxTimestamp, nowMs) > config.segmentMs - this.rollJitterMs) ||
      this.offsetIndex.isFull(config.segmentIndexBytes) ||
      this.timeIndex.isFull(config.segmentIndexBytes) ||
      !this.holdsOffset(append.lastOffset)
    )
  }

  /** By the records' own time where they have one. */
  #waitedMs(maxTimestamp: bigint, nowMs: number): number {
    const first = this.#firstBatchTimestamp
    return first !== undefined && first >= 0n ? Number(maxTimestamp - first) : nowMs - this.createdMs
  }

  /** The file has been cut to `sizeBytes`, all of which is written; the largest timestamp is to be found anew. */
  onTruncated(sizeBytes: number): void {
    this.sizeBytes = sizeBytes
    this.writtenBytes = sizeBytes
    this.flushedBytes = sizeBytes
    this.#maxTimestamp = undefined
    this.#bytesSinceIndexEntry = 0
    this.areIndexesDirty = true
    if (sizeBytes === 0) this.#firstBatchTimestamp = undefined
  }

  /** Index entries in memory are many enough to be written. */
  get hasLargeIndexes(): boolean {
    return this.offsetIndex.file.pendingBytes > MAX_PENDING_INDEX_BYTES
  }

  /** The segment is empty until `append` has told of each batch in its file. */
  beginRecovery(): void {
    this.sizeBytes = 0
    this.#bytesSinceIndexEntry = 0
    this.#maxTimestamp = undefined
    this.#firstBatchTimestamp = undefined
    this.offsetIndex.reset()
    this.timeIndex.reset()
    this.transactionIndex.reset()
  }

  /** Nothing is in the file but what has been told of. */
  endRecovery(): void {
    this.writtenBytes = this.sizeBytes
    this.flushedBytes = this.sizeBytes
  }

  /** Writes the indexes' entries that are in memory, making the files where they are missing. */
  async writeIndexes(): Promise<void> {
    await this.offsetIndex.file.write()
    await this.timeIndex.file.write()
    if (!this.transactionIndex.isEmpty) await this.transactionIndex.file.write()
  }

  /** Writes the entries in memory where they have become many: those of the active segment that cost little stay. */
  async writeLargeIndexes(): Promise<void> {
    if (this.hasLargeIndexes) await this.writeIndexes()
  }

  /** What is in the indexes' files is on stable storage when it resolves. */
  async flushIndexes(): Promise<void> {
    await this.offsetIndex.file.flush()
    await this.timeIndex.file.flush()
    await this.transactionIndex.file.flush()
  }

  /** Brings the indexes onto stable storage whole: the last entry of the time index tells the largest timestamp. */
  async closeIndexes(): Promise<void> {
    if (this.#maxTimestamp !== undefined) {
      await this.timeIndex.file.open()
      this.timeIndex.maybeAppend(this.#maxTimestamp)
    }
    this.areIndexesDirty = false
    await this.writeIndexes()
    await this.flushIndexes()
  }

  /** Makes the files of a new, empty segment; their names are stable once the directory is synced. */
  async createFiles(): Promise<void> {
    await this.#files.handles.use(this.path(), { create: true }, async file => {
      if (this.writtenBytes === 0) await file.truncate(0)
    })
    await this.writeIndexes()
  }

  /** Renames the files so that no start takes them for the log's. What reads them finishes first, new reads find nothing. */
  async markDeleted(): Promise<void> {
    if (this.#isDeleted) return
    const { disk, handles } = this.#files
    const live = FILE_SUFFIXES.map(suffix => this.path(suffix))
    this.#isDeleted = true
    for (const path of live) {
      await handles.close(path)
      if (await disk.exists(path)) await disk.rename({ from: path, to: path + DELETED_SUFFIX })
    }
  }

  /** Removes the files of a segment that is marked deleted. */
  async removeFiles(): Promise<void> {
    const { disk, handles } = this.#files
    for (const suffix of FILE_SUFFIXES) {
      await handles.close(this.path(suffix))
      await disk.removeFile(this.path(suffix))
    }
  }
}
