import { CorruptIndexError, IndexFile, type IndexFileOptions } from './index-file.ts'

const VERSION = 0
const ENTRY_BYTES = 34

/** An aborted transaction as a segment that contains its marker knows it. */
export interface AbortedTransactionEntry {
  readonly producerId: number
  readonly firstOffset: number
  /** The marker's. */
  readonly lastOffset: number
  /** The last stable offset right after the marker: no transaction that aborts later begins before it. */
  readonly lastStableOffset: number
}

/**
 * `.txnindex`: the aborted transactions whose markers lie in the segment, in the markers' order (Kafka's
 * TransactionIndex). There is a file only once there is an entry.
 *
 *     version int16 (0) · producerId int64 · firstOffset int64 · lastOffset int64 · lastStableOffset int64
 */
export class TransactionIndex {
  readonly #file: IndexFile
  readonly #path: () => string

  constructor(options: Omit<IndexFileOptions, 'entryBytes'>, { isNew }: { isNew: boolean }) {
    this.#file = new IndexFile({ ...options, entryBytes: ENTRY_BYTES }, { isNew })
    this.#path = options.path
  }

  get file(): IndexFile {
    return this.#file
  }

  get isEmpty(): boolean {
    return this.#file.isOpen && this.#file.entries === 0
  }

  append(entry: AbortedTransactionEntry): void {
    const { buffer, position } = this.#file.append()
    buffer.writeInt16BE(VERSION, position)
    buffer.writeBigInt64BE(BigInt(entry.producerId), position + 2)
    buffer.writeBigInt64BE(BigInt(entry.firstOffset), position + 10)
    buffer.writeBigInt64BE(BigInt(entry.lastOffset), position + 18)
    buffer.writeBigInt64BE(BigInt(entry.lastStableOffset), position + 26)
  }

  /**
   * Adds the transactions that overlap `[startOffset, endOffset)` to `found`. Resolves to true once no later segment
   * can hold another. Rejects with `CorruptIndexError` or `DiskError`.
   */
  async collect(
    { startOffset, endOffset }: { startOffset: number; endOffset: number },
    found: AbortedTransactionEntry[],
  ): Promise<boolean> {
    if (this.isEmpty) return false
    for await (const entry of this.entries()) {
      if (entry.lastOffset >= startOffset && entry.firstOffset < endOffset) found.push(entry)
      if (entry.lastStableOffset >= endOffset) return true
    }
    return false
  }

  /** Rejects with `CorruptIndexError` or `DiskError`. */
  async *entries(): AsyncGenerator<AbortedTransactionEntry> {
    for await (const block of this.#file.blocks()) {
      for (let at = 0; at < block.length; at += ENTRY_BYTES) yield this.#parse(block, at)
    }
  }

  /** Drops the transactions whose markers lie at or behind `offset`. */
  async truncateTo(offset: number): Promise<void> {
    if (this.isEmpty) return
    let kept = 0
    for await (const { lastOffset } of this.entries()) {
      if (lastOffset >= offset) break
      kept++
    }
    await this.#file.truncate(kept)
  }

  reset(): void {
    this.#file.reset()
  }

  #parse(block: Buffer, at: number): AbortedTransactionEntry {
    const version = block.readInt16BE(at)
    if (version !== VERSION) throw new CorruptIndexError({ path: this.#path(), reason: `version ${version}` })
    return {
      producerId: Number(block.readBigInt64BE(at + 2)),
      firstOffset: Number(block.readBigInt64BE(at + 10)),
      lastOffset: Number(block.readBigInt64BE(at + 18)),
      lastStableOffset: Number(block.readBigInt64BE(at + 26)),
    }
  }
}
