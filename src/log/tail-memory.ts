/** A log's tail, as its budget sees it. */
export interface BudgetedTail {
  readonly unwrittenBytes: number
  /** Lets go of the oldest batches that are written; their buffer, or undefined where there are none left. */
  dropOldestWritten(): Buffer | undefined
}

export interface TailMemoryOptions {
  readonly maxUnwrittenBytes: number
  readonly maxUnwrittenBytesPerLog: number
  readonly maxCachedBytes: number
}

/**
 * The memory that the tails of a directory's logs hold (design: bounded in total and per log). Two bounds: bytes that are
 * not written yet, above which producers have to wait; and the memory behind all buffers held, above which the oldest
 * written ones are let go. The second counts whole backing stores: a slice keeps all of it.
 */
export class TailMemory {
  readonly #options: TailMemoryOptions
  readonly #slicesOf = new Map<ArrayBufferLike, number>()
  #heldBytes = 0
  #unwrittenBytes = 0
  /** Tails in the order in which their batches were written, one entry for each. */
  #written: BudgetedTail[] = []
  #writtenFrom = 0
  #waiting: { tail: BudgetedTail; callback: () => void }[] = []

  constructor(options: TailMemoryOptions) {
    this.#options = options
  }

  /** Memory that cannot be freed because of the tails. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  get unwrittenBytes(): number {
    return this.#unwrittenBytes
  }

  hasRoom(tail: BudgetedTail): boolean {
    return (
      this.#unwrittenBytes < this.#options.maxUnwrittenBytes &&
      tail.unwrittenBytes < this.#options.maxUnwrittenBytesPerLog
    )
  }

  /** Calls back once there is room, at once where there is. */
  onRoom(tail: BudgetedTail, callback: () => void): void {
    if (this.hasRoom(tail)) callback()
    else this.#waiting.push({ tail, callback })
  }

  onAppended(buffer: Buffer): void {
    this.#unwrittenBytes += buffer.length
    const slices = this.#slicesOf.get(buffer.buffer) ?? 0
    if (slices === 0) this.#heldBytes += buffer.buffer.byteLength
    this.#slicesOf.set(buffer.buffer, slices + 1)
  }

  /** `buffers` of `tail` have been written: they may go from now on, and others may come. */
  onWritten(tail: BudgetedTail, { count, sizeBytes }: { count: number; sizeBytes: number }): void {
    this.#unwrittenBytes -= sizeBytes
    for (let index = 0; index < count; index++) this.#written.push(tail)
    this.#dropSurplus()
    this.#wakeWaiting()
  }

  /** `buffer` is no longer held; `unwritten` when it never will be written. */
  onDropped(buffer: Buffer, { unwritten }: { unwritten: boolean }): void {
    if (unwritten) this.#unwrittenBytes -= buffer.length
    const slices = (this.#slicesOf.get(buffer.buffer) ?? 1) - 1
    if (slices > 0) this.#slicesOf.set(buffer.buffer, slices)
    else if (this.#slicesOf.delete(buffer.buffer)) this.#heldBytes -= buffer.buffer.byteLength
    if (unwritten) this.#wakeWaiting()
  }

  /** The directory is offline: whoever waits for room goes on, to be told so. */
  releaseWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { callback } of waiting) callback()
  }

  #dropSurplus(): void {
    while (this.#heldBytes > this.#options.maxCachedBytes && this.#writtenFrom < this.#written.length) {
      const tail = this.#written[this.#writtenFrom++] as BudgetedTail
      const buffer = tail.dropOldestWritten()
      if (buffer !== undefined) this.onDropped(buffer, { unwritten: false })
    }
    if (this.#writtenFrom > 1024 && this.#writtenFrom * 2 > this.#written.length) {
      this.#written = this.#written.slice(this.#writtenFrom)
      this.#writtenFrom = 0
    }
  }

  #wakeWaiting(): void {
    if (this.#waiting.length === 0) return
    const ready = this.#waiting.filter(({ tail }) => this.hasRoom(tail))
    if (ready.length === 0) return
    this.#waiting = this.#waiting.filter(waiting => !ready.includes(waiting))
    for (const { callback } of ready) callback()
  }
}
