import { readSizeBytes } from '../protocol/records/record-batch.ts'
import { type BatchRun, type LoadedRecords, noRecords, type ReadRequest, selectBatches } from './log-read.ts'
import type { LogSegment } from './log-segment.ts'
import type { BudgetedTail, TailMemory } from './tail-memory.ts'

/** More buffers than this, small on average, are copied together before they are handed out. */
const MANY_BUFFERS = 16
const SMALL_BUFFER_BYTES = 4096

/** One append: whole batches, and where they belong. */
interface TailEntry {
  readonly buffer: Buffer
  readonly baseOffset: number
  readonly nextOffset: number
  readonly segment: LogSegment
  readonly position: number
}

/** What the writer is to write next: buffers that lie one behind the other in a segment. */
export interface TailWrite {
  readonly segment: LogSegment
  readonly position: number
  readonly buffers: readonly Buffer[]
  readonly sizeBytes: number
  readonly endOffset: number
}

/**
 * The end of a log in memory: everything that is not written yet, and before it as much of what is as the directory's
 * `TailMemory` allows. The buffers are those that were appended. They are never written to again, and a read hands out
 * slices of them: dropping one here only lets go of it.
 */
export class LogTail implements BudgetedTail {
  readonly #memory: TailMemory
  #entries: TailEntry[] = []
  /** Entries before this are dropped. */
  #first = 0
  /** Entries before this are written. */
  #firstUnwritten = 0
  #unwrittenBytes = 0

  constructor(memory: TailMemory) {
    this.#memory = memory
  }

  get unwrittenBytes(): number {
    return this.#unwrittenBytes
  }

  get isEmpty(): boolean {
    return this.#first === this.#entries.length
  }

  /** Where the tail begins; undefined in an empty one. Before this, reads go to the files, which have all of it. */
  get start():
    | { readonly offset: number; readonly segment: LogSegment; readonly position: number }
    | undefined {
    const entry = this.#entries[this.#first]
    return entry === undefined
      ? undefined
      : { offset: entry.baseOffset, segment: entry.segment, position: entry.position }
  }

  push(entry: TailEntry): void {
    this.#entries.push(entry)
    this.#unwrittenBytes += entry.buffer.length
    this.#memory.onAppended(entry.buffer)
  }

  /** Reads from the tail, which must begin at or before the offset. */
  read({ offset, maxBytes, minOneMessage, endOffset }: ReadRequest): LoadedRecords {
    const buffers: Buffer[] = []
    let sizeBytes = 0
    let nextOffset = offset
    for (let index = this.#indexOf(offset); index < this.#entries.length; index++) {
      const entry = this.#entries[index] as TailEntry
      if (entry.baseOffset >= endOffset) break
      const leftBytes = maxBytes - sizeBytes
      if (entry.baseOffset >= offset && entry.nextOffset <= endOffset && entry.buffer.length <= leftBytes) {
        buffers.push(entry.buffer)
        sizeBytes += entry.buffer.length
        nextOffset = entry.nextOffset
        continue
      }
      const isFirst = buffers.length === 0
      let run = selectBatches(entry.buffer, { start: 0, offset, endOffset, maxBytes: leftBytes })
      if (run.nextOffset === undefined && isFirst && minOneMessage) {
        run = firstBatch(entry.buffer, { offset, endOffset })
      }
      if (run.nextOffset === undefined) {
        // Nothing here for the offset: compaction has left a gap before the next entry.
        if (isFirst && entry.nextOffset <= offset) continue
        break
      }
      buffers.push(entry.buffer.subarray(run.from, run.to))
      sizeBytes += run.to - run.from
      nextOffset = run.nextOffset
      if (nextOffset < entry.nextOffset) break
    }
    if (sizeBytes === 0) return noRecords(offset)
    return { buffers: gathered(buffers, sizeBytes), sizeBytes, nextOffset }
  }

  /** What to write next, in one go; undefined when everything is written. */
  nextWrite({ maxBytes, maxBuffers }: { maxBytes: number; maxBuffers: number }): TailWrite | undefined {
    const first = this.#entries[this.#firstUnwritten]
    if (first === undefined) return undefined
    const buffers: Buffer[] = []
    let sizeBytes = 0
    let endOffset = first.baseOffset
    for (let index = this.#firstUnwritten; index < this.#entries.length; index++) {
      const entry = this.#entries[index] as TailEntry
      const isTooMuch = buffers.length === maxBuffers || sizeBytes + entry.buffer.length > maxBytes
      if (entry.segment !== first.segment || (buffers.length > 0 && isTooMuch)) break
      buffers.push(entry.buffer)
      sizeBytes += entry.buffer.length
      endOffset = entry.nextOffset
    }
    return { segment: first.segment, position: first.position, buffers, sizeBytes, endOffset }
  }

  onWritten({ buffers, sizeBytes }: TailWrite): void {
    this.#firstUnwritten += buffers.length
    this.#unwrittenBytes -= sizeBytes
    this.#memory.onWritten(this, { count: buffers.length, sizeBytes })
    this.#compact()
  }

  dropOldestWritten(): Buffer | undefined {
    if (this.#first >= this.#firstUnwritten) return undefined
    const { buffer } = this.#entries[this.#first] as TailEntry
    this.#first++
    if (this.#first === this.#entries.length) this.#clearEntries()
    return buffer
  }

  /** Lets go of everything; no write may be under way. */
  clear(): void {
    for (let index = this.#first; index < this.#entries.length; index++) {
      const { buffer } = this.#entries[index] as TailEntry
      this.#memory.onDropped(buffer, { unwritten: index >= this.#firstUnwritten })
    }
    this.#unwrittenBytes = 0
    this.#clearEntries()
  }

  #clearEntries(): void {
    this.#entries = []
    this.#first = 0
    this.#firstUnwritten = 0
  }

  #compact(): void {
    if (this.#first < 256 || this.#first * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#first)
    this.#firstUnwritten -= this.#first
    this.#first = 0
  }

  /** The last entry that begins at or before `offset`, the first one where none does. */
  #indexOf(offset: number): number {
    let low = this.#first
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle] as TailEntry).baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return Math.max(low - 1, this.#first)
  }
}

/** Where the first batch begins whose last offset is `offset` or higher; the buffer's end where there is none. */
function startOfBatchWith(buffer: Buffer, offset: number): number {
  return selectBatches(buffer, { start: 0, offset, endOffset: 0, maxBytes: 0 }).from
}

/** The batch that contains `offset`, whatever its size. */
function firstBatch(buffer: Buffer, { offset, endOffset }: { offset: number; endOffset: number }): BatchRun {
  const start = startOfBatchWith(buffer, offset)
  if (start === buffer.length) return { from: start, to: start, nextOffset: undefined }
  return selectBatches(buffer, { start, offset, endOffset, maxBytes: readSizeBytes(buffer, start) })
}

/** The buffers, or one copy of them all where they are many and small: each costs its reader more than its bytes. */
function gathered(buffers: Buffer[], sizeBytes: number): readonly Buffer[] {
  const areSmall = buffers.length > MANY_BUFFERS && sizeBytes < buffers.length * SMALL_BUFFER_BYTES
  return areSmall ? [Buffer.concat(buffers, sizeBytes)] : buffers
}
