import type { FileHandles } from './file-handles.ts'

/** So many entries are read at once when a search in the file has come close. */
const BLOCK_ENTRIES = 512
const NOTHING = Buffer.alloc(0)

/** An index file that cannot be what was written. The segment's other files are intact: it is rebuilt or passed over. */
export class CorruptIndexError extends Error {
  constructor({ path, reason }: { path: string; reason: string }) {
    super(`Corrupt index ${path}: ${reason}`)
    this.name = 'CorruptIndexError'
  }
}

export interface IndexFileOptions {
  readonly handles: FileHandles
  /** Where the file is; asked anew each time, since directories and files are renamed. */
  readonly path: () => string
  readonly entryBytes: number
}

/**
 * Fixed-size entries, in a file and, the newest, in memory until they are written there (Kafka maps its index files;
 * here a search reads what it needs). Nothing is held in memory of an index that is not appended to. Writing, truncating
 * and closing are one at a time, by the segment's owner; searches may run alongside.
 */
export class IndexFile {
  readonly #options: IndexFileOptions
  /** Undefined until the file has been looked at. */
  #fileEntries: number | undefined
  #pending: Buffer = NOTHING
  #pendingEntries = 0
  #exists: boolean

  /** `isNew`: there is no file yet, or none that counts. */
  constructor(options: IndexFileOptions, { isNew }: { isNew: boolean }) {
    this.#options = options
    this.#exists = !isNew
    this.#fileEntries = isNew ? 0 : undefined
  }

  get isOpen(): boolean {
    return this.#fileEntries !== undefined
  }

  /** Entries in the file and in memory; the index must be open. */
  get entries(): number {
    return (this.#fileEntries ?? 0) + this.#pendingEntries
  }

  get pendingBytes(): number {
    return this.#pendingEntries * this.#options.entryBytes
  }

  /**
   * Looks at the file's size and returns its last entry, a copy; undefined in an empty index. Rejects with
   * `CorruptIndexError`, `DiskError` (`ENOENT`).
   */
  async open(): Promise<Buffer | undefined> {
    if (this.#fileEntries === undefined) {
      const { handles, path, entryBytes } = this.#options
      const sizeBytes = await handles.use(path(), { create: false }, file => file.sizeBytes())
      if (sizeBytes % entryBytes !== 0) {
        throw new CorruptIndexError({ path: path(), reason: `${sizeBytes} bytes` })
      }
      this.#fileEntries ??= sizeBytes / entryBytes
    }
    return this.entries === 0 ? undefined : this.#entry(this.entries - 1)
  }

  /** Makes room for an entry in memory; the caller fills it in. */
  append(): { buffer: Buffer; position: number } {
    const { entryBytes } = this.#options
    const position = this.#pendingEntries * entryBytes
    if (position + entryBytes > this.#pending.length) {
      const grown = Buffer.alloc(Math.max(8 * entryBytes, this.#pending.length * 2))
      this.#pending.copy(grown)
      this.#pending = grown
    }
    this.#pendingEntries++
    return { buffer: this.#pending, position }
  }

  /**
   * The last entry for which `isAtMost` holds, a copy; it holds for a first part of the entries and for none behind.
   * Rejects as `open` does.
   */
  async findLast(isAtMost: (buffer: Buffer, position: number) => boolean): Promise<Buffer | undefined> {
    const inMemory = this.#findLastPending(isAtMost)
    if (inMemory !== undefined) return inMemory
    await this.open()
    let low = 0
    let high = this.#fileEntries as number
    while (high - low > BLOCK_ENTRIES) {
      const middle = (low + high) >>> 1
      if (isAtMost(await this.#entry(middle), 0)) low = middle
      else high = middle
    }
    if (low === high) return undefined
    const { entryBytes } = this.#options
    const block = await this.#readFile(low, high - low)
    const found = lastIn(block, { entries: high - low, entryBytes }, isAtMost)
    return found === undefined ? undefined : copyEntry(block, found, entryBytes)
  }

  #findLastPending(isAtMost: (buffer: Buffer, position: number) => boolean): Buffer | undefined {
    const { entryBytes } = this.#options
    const found = lastIn(this.#pending, { entries: this.#pendingEntries, entryBytes }, isAtMost)
    return found === undefined ? undefined : copyEntry(this.#pending, found, entryBytes)
  }

  /** All entries from the first on, block by block. Rejects as `open` does. */
  async *blocks(): AsyncGenerator<Buffer> {
    await this.open()
    const fileEntries = this.#fileEntries as number
    const { entryBytes } = this.#options
    const pending = Buffer.from(this.#pending.subarray(0, this.#pendingEntries * entryBytes))
    for (let from = 0; from < fileEntries; from += BLOCK_ENTRIES) {
      yield await this.#readFile(from, Math.min(BLOCK_ENTRIES, fileEntries - from))
    }
    if (pending.length > 0) yield pending
  }

  /** Brings the file up to memory, making it where it is missing. */
  async write(): Promise<void> {
    const { handles, path, entryBytes } = this.#options
    const count = this.#pendingEntries
    if (count === 0 && this.#exists) return
    await this.open().catch(() => undefined)
    const from = this.#fileEntries ?? 0
    const bytes = this.#pending.subarray(0, count * entryBytes)
    await handles.use(path(), { create: true }, async file => {
      if (!this.#exists) await file.truncate(0)
      if (count > 0) await file.write([bytes], from * entryBytes)
    })
    this.#exists = true
    this.#fileEntries = from + count
    const left = this.#pending.subarray(count * entryBytes, this.#pendingEntries * entryBytes)
    this.#pending = left.length === 0 ? NOTHING : Buffer.from(left)
    this.#pendingEntries -= count
  }

  /** What has been written is on stable storage when it resolves. */
  async flush(): Promise<void> {
    if (!this.#exists) return
    await this.#options.handles.use(this.#options.path(), { create: false }, file => file.flush())
  }

  /** Keeps the first `entries`. */
  async truncate(entries: number): Promise<void> {
    const { handles, path, entryBytes } = this.#options
    const fileEntries = this.#fileEntries
    if (fileEntries !== undefined && entries >= fileEntries) {
      this.#pendingEntries = Math.min(this.#pendingEntries, entries - fileEntries)
      return
    }
    this.#pending = NOTHING
    this.#pendingEntries = 0
    if (this.#exists) {
      await handles.use(path(), { create: true }, file => file.truncate(entries * entryBytes))
    }
    this.#fileEntries = entries
  }

  /** Forgets everything, the file included: it is written anew. */
  reset(): void {
    this.#pending = NOTHING
    this.#pendingEntries = 0
    this.#fileEntries = 0
    this.#exists = false
  }

  async #entry(index: number): Promise<Buffer> {
    const { entryBytes } = this.#options
    const fileEntries = this.#fileEntries as number
    if (index >= fileEntries) return copyEntry(this.#pending, index - fileEntries, entryBytes)
    return this.#readFile(index, 1)
  }

  async #readFile(from: number, count: number): Promise<Buffer> {
    const { handles, path, entryBytes } = this.#options
    const into = Buffer.allocUnsafe(count * entryBytes)
    const sizeBytes = await handles.use(path(), { create: false }, file => file.read(into, from * entryBytes))
    if (sizeBytes !== into.length) throw new CorruptIndexError({ path: path(), reason: 'cut short' })
    return into
  }
}

function copyEntry(buffer: Buffer, index: number, entryBytes: number): Buffer {
  return Buffer.from(buffer.subarray(index * entryBytes, (index + 1) * entryBytes))
}

function lastIn(
  buffer: Buffer,
  { entries, entryBytes }: { entries: number; entryBytes: number },
  isAtMost: (buffer: Buffer, position: number) => boolean,
): number | undefined {
  let low = 0
  let high = entries
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isAtMost(buffer, middle * entryBytes)) low = middle + 1
    else high = middle
  }
  return low === 0 ? undefined : low - 1
}
