import { CorruptIndexError, IndexFile, type IndexFileOptions } from './index-file.ts'

const ENTRY_BYTES = 8

export interface OffsetPosition {
  readonly offset: number
  readonly position: number
}

/**
 * `.index`: for a batch every few KiB, its last offset, relative to the segment's base offset, and its position in the
 * segment, both int32 (Kafka's OffsetIndex). Both rise from entry to entry.
 */
export class OffsetIndex {
  readonly #file: IndexFile
  readonly #path: () => string
  readonly #baseOffset: number
  #last: OffsetPosition | undefined

  constructor(
    options: Omit<IndexFileOptions, 'entryBytes'>,
    { baseOffset, isNew }: { baseOffset: number; isNew: boolean },
  ) {
    this.#file = new IndexFile({ ...options, entryBytes: ENTRY_BYTES }, { isNew })
    this.#path = options.path
    this.#baseOffset = baseOffset
  }

  get file(): IndexFile {
    return this.#file
  }

  get entries(): number {
    return this.#file.entries
  }

  /** The last entry, once the index is open. */
  get last(): OffsetPosition | undefined {
    return this.#last
  }

  isFull(maxIndexBytes: number): boolean {
    return this.entries >= Math.floor(maxIndexBytes / ENTRY_BYTES)
  }

  /** Rejects with `CorruptIndexError` or `DiskError`. */
  async open(): Promise<void> {
    const entry = await this.#file.open()
    this.#last = entry === undefined ? undefined : this.#parse(entry)
    // No entry is made for a segment's first batch; Kafka leaves zeros behind the entries when it is killed.
    if (this.#last !== undefined && this.#last.position <= 0) {
      throw new CorruptIndexError({ path: this.#path(), reason: 'the last entry is none' })
    }
  }

  append({ offset, position }: OffsetPosition): void {
    if (this.#last !== undefined && offset <= this.#last.offset) return
    const entry = this.#file.append()
    entry.buffer.writeInt32BE(offset - this.#baseOffset, entry.position)
    entry.buffer.writeInt32BE(position, entry.position + 4)
    this.#last = { offset, position }
  }

  /** The last entry at or before `offset`. Rejects with `CorruptIndexError` or `DiskError`. */
  async lookup(offset: number): Promise<OffsetPosition | undefined> {
    const relativeOffset = offset - this.#baseOffset
    const entry = await this.#file.findLast((buffer, at) => buffer.readInt32BE(at) <= relativeOffset)
    return entry === undefined ? undefined : this.#parse(entry)
  }

  /** Drops the entries at and behind `offset`. */
  async truncateTo(offset: number): Promise<void> {
    const relativeOffset = offset - this.#baseOffset
    let kept = 0
    for await (const block of this.#file.blocks()) {
      for (let at = 0; at < block.length && block.readInt32BE(at) < relativeOffset; at += ENTRY_BYTES) {
        kept++
        this.#last = this.#parse(block, at)
      }
    }
    if (kept === 0) this.#last = undefined
    await this.#file.truncate(kept)
  }

  reset(): void {
    this.#last = undefined
    this.#file.reset()
  }

  #parse(entry: Buffer, at = 0): OffsetPosition {
    return { offset: this.#baseOffset + entry.readInt32BE(at), position: entry.readInt32BE(at + 4) }
  }
}
