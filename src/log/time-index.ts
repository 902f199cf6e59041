import { CorruptIndexError, IndexFile, type IndexFileOptions } from './index-file.ts'

const ENTRY_BYTES = 12

/** The largest timestamp up to some place in a segment, and the last offset of the batch that carries it. */
export interface MaxTimestamp {
  readonly timestamp: bigint
  readonly offset: number
}

/**
 * `.timeindex`: the largest timestamp so far (int64) and the last offset of its batch relative to the base offset
 * (int32), beside the offset index's entries where it has risen, and once more when the segment is closed (Kafka's
 * TimeIndex). Both rise from entry to entry.
 */
export class TimeIndex {
  readonly #file: IndexFile
  readonly #path: () => string
  readonly #baseOffset: number
  #last: MaxTimestamp | undefined

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
  get last(): MaxTimestamp | undefined {
    return this.#last
  }

  /** One place is kept for the entry that closes the segment. */
  isFull(maxIndexBytes: number): boolean {
    return this.entries >= Math.floor(maxIndexBytes / ENTRY_BYTES) - 1
  }

  /** Rejects with `CorruptIndexError` or `DiskError`. */
  async open(): Promise<void> {
    const entry = await this.#file.open()
    this.#last = entry === undefined ? undefined : this.#parse(entry)
    // Timestamps rise from entry to entry; Kafka leaves zeros behind them when it is killed.
    if (this.#last !== undefined && this.entries > 1 && this.#last.timestamp <= 0n) {
      throw new CorruptIndexError({ path: this.#path(), reason: 'the last entry is none' })
    }
  }

  /** Does nothing unless the timestamp has risen. */
  maybeAppend({ timestamp, offset }: MaxTimestamp): void {
    if (timestamp <= (this.#last?.timestamp ?? -1n)) return
    const entry = this.#file.append()
    entry.buffer.writeBigInt64BE(timestamp, entry.position)
    entry.buffer.writeInt32BE(offset - this.#baseOffset, entry.position + 8)
    this.#last = { timestamp, offset }
  }

  /** The last entry whose timestamp is below `timestamp` or equal. Rejects with `CorruptIndexError` or `DiskError`. */
  async lookup(timestamp: bigint): Promise<MaxTimestamp | undefined> {
    const entry = await this.#file.findLast((buffer, at) => buffer.readBigInt64BE(at) <= timestamp)
    return entry === undefined ? undefined : this.#parse(entry)
  }

  /** Drops the entries at and behind `offset`. */
  async truncateTo(offset: number): Promise<void> {
    const relativeOffset = offset - this.#baseOffset
    let kept = 0
    for await (const block of this.#file.blocks()) {
      for (let at = 0; at < block.length && block.readInt32BE(at + 8) < relativeOffset; at += ENTRY_BYTES) {
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

  #parse(entry: Buffer, at = 0): MaxTimestamp {
    return { timestamp: entry.readBigInt64BE(at), offset: this.#baseOffset + entry.readInt32BE(at + 8) }
  }
}
