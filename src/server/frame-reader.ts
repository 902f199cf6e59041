import type { RequestMemory } from './request-memory.ts'

/** A peer that does not speak the protocol: why, and what it may be instead. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FrameError'
  }
}

const LENGTH_BYTES = 4
/**
 * A frame's memory is at most so many times what has arrived of it, whatever length was announced. Large enough that a
 * sender in earnest has its frame copied once.
 */
const GROWTH = 16
/** Small frames share slabs that Node hands out; larger ones have memory of their own. */
const OWN_MEMORY_FROM_BYTES = 2048

/** What people's first bytes look like when they come to the wrong port. */
const OTHER_PROTOCOLS: readonly { readonly starts: readonly string[]; readonly hint: string }[] = [
  {
    starts: ['\x16\x03'],
    hint: 'a TLS hello: this listener is PLAINTEXT, set security.protocol accordingly',
  },
  {
    starts: ['GET ', 'POST', 'PUT ', 'HEAD', 'OPTI', 'DELE', 'PATC', 'HTTP'],
    hint: 'an HTTP request: this is no HTTP port',
  },
  { starts: ['SSH-'], hint: 'an SSH greeting' },
]

/**
 * Cuts length-prefixed frames out of a connection's bytes and copies each into memory of its own, counted in the
 * budget. The memory grows with what has arrived, not with what was announced.
 */
export class FrameReader {
  readonly #memory: RequestMemory
  readonly #lengthBytes = Buffer.alloc(LENGTH_BYTES)
  #lengthReceived = 0
  #frame: Buffer | undefined
  #frameLength = 0
  #received = 0

  constructor(memory: RequestMemory) {
    this.#memory = memory
  }

  /** In the middle of a frame, its length included. */
  get isInFrame(): boolean {
    return this.#lengthReceived > 0
  }

  /** Memory taken for the frame that is not whole yet. */
  get heldBytes(): number {
    return this.#frame?.length ?? 0
  }

  /**
   * Takes bytes from `chunk` until a frame is whole or the chunk is used up. Returns where it stopped; `frame` is set
   * when one is whole, its memory counted and the caller's to give back. Throws FrameError.
   */
  read(
    chunk: Buffer,
    position: number,
    maxFrameBytes: number,
  ): { position: number; frame: Buffer | undefined } {
    let at = position
    while (this.#lengthReceived < LENGTH_BYTES) {
      if (at === chunk.length) return { position: at, frame: undefined }
      this.#lengthBytes[this.#lengthReceived++] = chunk[at++] as number
      if (this.#lengthReceived === LENGTH_BYTES) this.#begin(maxFrameBytes)
    }
    const wanted = Math.min(this.#frameLength - this.#received, chunk.length - at)
    const into = this.#reserve(wanted)
    chunk.copy(into, this.#received, at, at + wanted)
    this.#received += wanted
    at += wanted
    if (this.#received < this.#frameLength) return { position: at, frame: undefined }
    this.#lengthReceived = 0
    this.#frame = undefined
    return { position: at, frame: into }
  }

  /** Gives back the memory of a frame that will never be whole. */
  abandon(): void {
    if (this.#frame !== undefined) this.#memory.giveBack(this.#frame.length)
    this.#frame = undefined
    this.#lengthReceived = 0
  }

  #begin(maxFrameBytes: number): void {
    const length = this.#lengthBytes.readInt32BE(0)
    if (length < 0 || length > maxFrameBytes)
      throw new FrameError(explain(this.#lengthBytes, length, maxFrameBytes))
    this.#frameLength = length
    this.#received = 0
  }

  #reserve(moreBytes: number): Buffer {
    const needed = this.#received + moreBytes
    const held = this.#frame
    if (held !== undefined && held.length >= needed) return held
    const capacity = Math.min(this.#frameLength, needed * GROWTH)
    const larger =
      capacity < OWN_MEMORY_FROM_BYTES ? Buffer.allocUnsafe(capacity) : Buffer.allocUnsafeSlow(capacity)
    this.#memory.take(capacity)
    if (held !== undefined) {
      held.copy(larger, 0, 0, this.#received)
      this.#memory.giveBack(held.length)
    }
    this.#frame = larger
    return larger
  }
}

function explain(lengthBytes: Buffer, length: number, maxFrameBytes: number): string {
  const text = lengthBytes.toString('latin1')
  const other = OTHER_PROTOCOLS.find(({ starts }) => starts.some(start => text.startsWith(start)))
  if (other !== undefined) return `it sent ${other.hint}`
  if (length < 0) return `it announced a request of ${length} bytes`
  return `it announced a request of ${length} bytes; the largest taken is ${maxFrameBytes} (socket.request.max.bytes)`
}
