import type {
  AppendedRecords,
  EndTransactionToAppend,
  LoggedBatch,
  RecordsToAppend,
  RecordWriter,
} from '../../../src/machine/record-writer.ts'

/** One batch or marker as it lies in the memory log. */
export interface MemoryBatch extends LoggedBatch {
  readonly baseOffset: number
  readonly endOffset: number
}

/** A log of records in memory that outlives leaderships, with a high watermark that is moved by hand. */
export class MemoryLog {
  readonly batches: MemoryBatch[] = []
  endOffset = 0
  highWatermark = 0
  leaderEpoch = 0
  /** Every append is committed at once, as with one replica that does not flush. */
  commitsAtOnce: boolean
  readonly #listeners = new Set<() => void>()
  #writer: MemoryRecordWriter | undefined

  constructor({ commitsAtOnce = false } = {}) {
    this.commitsAtOnce = commitsAtOnce
  }

  /** A new leadership in a new epoch; the writer of the one before throws from now on. */
  lead({ maxBatchBytes = 1_000_000 } = {}): MemoryRecordWriter {
    this.#writer?.stop()
    this.leaderEpoch++
    this.#writer = new MemoryRecordWriter({ log: this, maxBatchBytes })
    return this.#writer
  }

  add(batch: MemoryBatch): AppendedRecords {
    this.batches.push(batch)
    this.endOffset = batch.endOffset
    if (this.commitsAtOnce) this.commit()
    return { baseOffset: batch.baseOffset, endOffset: batch.endOffset }
  }

  /** Moves the high watermark, to the end by default, and tells who listens. */
  commit(highWatermark = this.endOffset): void {
    if (highWatermark > this.endOffset) throw new Error('beyond the end of the log')
    if (highWatermark <= this.highWatermark) return
    this.highWatermark = highWatermark
    for (const listener of [...this.#listeners]) listener()
  }

  /** What is not committed is gone, as after an election that another replica won. */
  truncateToHighWatermark(): void {
    while (this.batches.length > 0 && this.batches.at(-1)!.endOffset > this.highWatermark) this.batches.pop()
    this.endOffset = this.highWatermark
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** One leadership of a `MemoryLog`. */
export class MemoryRecordWriter implements RecordWriter {
  readonly leaderEpoch: number
  readonly maxBatchBytes: number
  readonly #log: MemoryLog
  #failures: Error[] = []
  #stopped = false

  constructor({ log, maxBatchBytes }: { log: MemoryLog; maxBatchBytes: number }) {
    this.#log = log
    this.leaderEpoch = log.leaderEpoch
    this.maxBatchBytes = maxBatchBytes
  }

  get endOffset(): number {
    return this.#log.endOffset
  }

  get highWatermark(): number {
    return this.#log.highWatermark
  }

  /** The next append throws this. */
  failNext(error: Error): void {
    this.#failures.push(error)
  }

  /** The leadership is lost. */
  stop(): void {
    this.#stopped = true
  }

  append({ records, timestampMs, producer }: RecordsToAppend): AppendedRecords {
    const baseOffset = this.#begin()
    return this.#log.add({
      baseOffset,
      endOffset: baseOffset + records.length,
      leaderEpoch: this.leaderEpoch,
      producer,
      endTransaction: undefined,
      records: records.map((record, index) => ({ ...record, offset: baseOffset + index, timestampMs })),
    })
  }

  appendEndTransaction({ producer, result }: EndTransactionToAppend): AppendedRecords {
    const baseOffset = this.#begin()
    const endOffset = baseOffset + 1
    const { leaderEpoch } = this
    return this.#log.add({
      baseOffset,
      endOffset,
      leaderEpoch,
      producer,
      endTransaction: result,
      records: [],
    })
  }

  onHighWatermark(listener: () => void): () => void {
    return this.#log.listen(listener)
  }

  #begin(): number {
    const failure = this.#failures.shift()
    if (failure !== undefined) throw failure
    if (this.#stopped) throw new Error('the leadership is lost')
    return this.#log.endOffset
  }
}
