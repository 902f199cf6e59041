const sizeFieldBytes = 4

/**
 * A frame's memory is at most so many times what has arrived of it, whatever was announced. Large enough that a sender in
 * earnest, whose first bytes fill a read, has its frame copied once.
 */
const growthFactor = 16

/** Smaller frames share the slabs that Node hands out (`Buffer.poolSize`), larger ones have memory of their own. */
const ownMemoryFromBytes = 2048

/** First bytes of those who take the port for something else. */
const strangers: readonly [prefix: string, cause: string][] = [
  ['GET ', 'an HTTP request'],
  ['POST', 'an HTTP request'],
  ['PUT ', 'an HTTP request'],
  ['HEAD', 'an HTTP request'],
  ['DELE', 'an HTTP request'],
  ['OPTI', 'an HTTP request'],
  ['PATC', 'an HTTP request'],
  ['CONN', 'an HTTP request'],
  ['PRI ', 'an HTTP/2 request'],
  ['PROX', 'a header of the PROXY protocol: the proxy in front is set to send one'],
  ['SSH-', 'an SSH client'],
]

/** Bytes that are no frame of Kafka's protocol; the connection is beyond help. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FrameError'
  }
}

/**
 * Cuts a connection's bytes into frames: a size of 4 bytes, then so many bytes (Kafka's NetworkReceive). Each byte is
 * copied once from the socket's buffer into memory of its own; only a frame that comes in many pieces is moved as it
 * grows. Memory follows what has arrived, not what was announced.
 *
 * A frame's memory is never taken back and written to again: it goes when the last slice of it does, by garbage
 * collection. So a log, a cache or a response may point into a frame for as long as it likes and never sees another
 * client's bytes. The price: a small slice holds its whole frame, or slab. Who keeps a few bytes for longer than the
 * request copies them.
 */
export class FrameReader {
  /** What has arrived of a size field that was cut in two. */
  readonly #sizeField = Buffer.allocUnsafe(sizeFieldBytes)
  #sizeFieldArrived = 0
  /** The frame that is being received; its length is the memory that it has so far. */
  #frame: Buffer | undefined
  #frameSize = 0
  #frameArrived = 0
  #isFirst = true

  /** Bytes of memory that hold what has arrived of the frame under way. */
  get partialBytes(): number {
    return this.#frameArrived
  }

  /**
   * Takes the next bytes in and gives each frame that is whole now to `onFrame`, without its size field. Throws
   * `FrameError` for a size that is negative or above `maxFrameBytes`; nothing is allocated for it.
   */
  push(chunk: Buffer, maxFrameBytes: number, onFrame: (frame: Buffer) => void): void {
    let position = 0
    while (position < chunk.length) {
      if (this.#frame !== undefined) {
        position = this.#continueFrame(this.#frame, chunk, position, onFrame)
        continue
      }
      if (this.#sizeFieldArrived > 0 || chunk.length - position < sizeFieldBytes) {
        const copied = chunk.copy(this.#sizeField, this.#sizeFieldArrived, position)
        position += copied
        this.#sizeFieldArrived += copied
        if (this.#sizeFieldArrived < sizeFieldBytes) return
        this.#sizeFieldArrived = 0
        this.#frameSize = this.#checkedSize(this.#sizeField, 0, maxFrameBytes)
      } else {
        this.#frameSize = this.#checkedSize(chunk, position, maxFrameBytes)
        position += sizeFieldBytes
      }
      position = this.#beginFrame(chunk, position, onFrame)
    }
  }

  #beginFrame(chunk: Buffer, position: number, onFrame: (frame: Buffer) => void): number {
    const size = this.#frameSize
    const available = chunk.length - position
    if (available >= size) {
      const frame = allocate(size)
      chunk.copy(frame, 0, position, position + size)
      onFrame(frame)
      return position + size
    }
    this.#frame = allocate(Math.min(size, available * growthFactor))
    this.#frameArrived = chunk.copy(this.#frame, 0, position)
    return chunk.length
  }

  #continueFrame(partial: Buffer, chunk: Buffer, position: number, onFrame: (frame: Buffer) => void): number {
    const endPosition = Math.min(chunk.length, position + this.#frameSize - this.#frameArrived)
    const arrived = this.#frameArrived + endPosition - position
    let frame = partial
    if (arrived > frame.length) {
      frame = allocate(Math.min(this.#frameSize, arrived * growthFactor))
      partial.copy(frame, 0, 0, this.#frameArrived)
    }
    chunk.copy(frame, this.#frameArrived, position, endPosition)
    if (arrived === this.#frameSize) {
      this.#frame = undefined
      this.#frameArrived = 0
      onFrame(frame)
    } else {
      this.#frame = frame
      this.#frameArrived = arrived
    }
    return endPosition
  }

  #checkedSize(buffer: Buffer, position: number, maxFrameBytes: number): number {
    const size = buffer.readInt32BE(position)
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (size >= 0 && size <= maxFrameBytes) return size
    const cause = isFirst ? strangerAt(buffer, position) : undefined
    if (cause !== undefined)
      throw new FrameError(`this looks like ${cause}, not like a request of Kafka's protocol`)
    if (size < 0) throw new FrameError(`a request with the negative size ${size}`)
    throw new FrameError(`a request of ${size} bytes, more than the limit of ${maxFrameBytes}`)
  }
}

function allocate(sizeBytes: number): Buffer {
  return sizeBytes < ownMemoryFromBytes ? Buffer.allocUnsafe(sizeBytes) : Buffer.allocUnsafeSlow(sizeBytes)
}

function strangerAt(buffer: Buffer, position: number): string | undefined {
  // A TLS record: handshake, version 3.x.
  if (buffer[position] === 0x16 && buffer[position + 1] === 0x03) {
    return 'a TLS handshake: the client is set to TLS and this listener is plain'
  }
  const text = buffer.toString('latin1', position, position + sizeFieldBytes)
  return strangers.find(([prefix]) => prefix === text)?.[1]
}
