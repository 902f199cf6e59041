import type { Random } from './random.ts'

/** What is torn on a crash: real disks write whole sectors. */
const sectorBytes = 512

type Change = { readonly position: number; readonly bytes: Buffer } | { readonly truncateTo: number }

/** A growable array of bytes. */
class Content {
  #bytes = Buffer.alloc(0)
  sizeBytes = 0

  static copyOf(other: Content): Content {
    const copy = new Content()
    copy.#bytes = Buffer.from(other.view())
    copy.sizeBytes = other.sizeBytes
    return copy
  }

  view(): Buffer {
    return this.#bytes.subarray(0, this.sizeBytes)
  }

  apply(change: Change): void {
    if ('truncateTo' in change) this.resize(change.truncateTo)
    else this.write(change.bytes, change.position)
  }

  write(bytes: Uint8Array, position: number): void {
    const endPosition = position + bytes.length
    if (endPosition > this.sizeBytes) this.resize(endPosition)
    this.#bytes.set(bytes, position)
  }

  /** Bytes that a file gains without being written are zero. */
  resize(sizeBytes: number): void {
    if (sizeBytes > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(sizeBytes, this.#bytes.length * 2))
      grown.set(this.view())
      this.#bytes = grown
    } else if (sizeBytes < this.sizeBytes) {
      this.#bytes.fill(0, sizeBytes, this.sizeBytes)
    }
    this.sizeBytes = sizeBytes
  }
}

/** A file of the memory disk: what a reader sees, and what would be left of it after a crash. */
export class MemoryFile {
  #content = new Content()
  #stable = new Content()
  /** Changes seen by readers and not yet stable, oldest first. */
  #unflushed: Change[] = []

  get sizeBytes(): number {
    return this.#content.sizeBytes
  }

  /** What a reader sees; valid until the next change. */
  view(): Buffer {
    return this.#content.view()
  }

  write(bytes: Uint8Array, position: number): void {
    this.#change({ position, bytes: Buffer.from(bytes) })
  }

  truncate(sizeBytes: number): void {
    this.#change({ truncateTo: sizeBytes })
  }

  /** Everything changed until now; `makeStable` takes it. */
  get unflushedChanges(): readonly Change[] {
    return [...this.#unflushed]
  }

  makeStable(changes: readonly Change[]): void {
    const done = new Set(changes)
    for (const change of this.#unflushed) if (done.has(change)) this.#stable.apply(change)
    this.#unflushed = this.#unflushed.filter(change => !done.has(change))
  }

  copy(): MemoryFile {
    const copy = new MemoryFile()
    copy.#content = Content.copyOf(this.#content)
    copy.#stable = Content.copyOf(this.#stable)
    copy.#unflushed = [...this.#unflushed]
    return copy
  }

  /**
   * The file after a crash. Without `random` only what was flushed is left. With it, each unflushed change may be
   * there, be lost, or be torn: some of its sectors there, the others as they were before or zero.
   */
  afterCrash(random: Random | undefined): MemoryFile {
    const content = Content.copyOf(this.#stable)
    if (random !== undefined) for (const change of this.#unflushed) applyPartly(content, change, random)
    const file = new MemoryFile()
    file.#content = content
    file.#stable = Content.copyOf(content)
    return file
  }

  #change(change: Change): void {
    this.#content.apply(change)
    this.#unflushed.push(change)
  }
}

function applyPartly(content: Content, change: Change, random: Random): void {
  const fate = random.nextInt(3)
  if (fate === 0) return
  if (fate === 1 || 'truncateTo' in change) {
    content.apply(change)
    return
  }
  const { bytes, position } = change
  // The file's size is written apart from its data: it may already count bytes that never arrived.
  if (random.nextInt(2) === 0 && content.sizeBytes < position + bytes.length) {
    content.resize(position + bytes.length)
  }
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + sectorBytes - ((position + start) % sectorBytes))
    if (random.nextInt(2) === 0) content.write(bytes.subarray(start, end), position + start)
    start = end
  }
}
