import type { Socket } from '../io/network.ts'
import type { BytesPart } from '../protocol/schema.ts'
import type { Response } from './dispatcher.ts'
import { isStreamed, type StreamedBytes } from './streamed-bytes.ts'

/** Parts up to this size are copied next to each other, as long as they fit into one write together. */
const largestJoinedPartBytes = 4 * 1024
const joinedBytes = 64 * 1024

/** Streamed parts are fetched in pieces of this size. */
const pieceBytes = 256 * 1024

/** The place of one request's response. */
export interface Place {
  isDone: boolean
  response: Response
}

export interface ResponseQueueOptions {
  readonly socket: Socket
  /** There may be room again: responses have left. */
  readonly onProgress: () => void
  /** A part could not be fetched. The response is cut off: the connection has to be closed. */
  readonly onFailure: (error: Error) => void
}

/**
 * Sends the responses of one connection in the order of its requests, in whatever order they are completed. Nothing is
 * handed to the socket while that has too much waiting already.
 */
export class ResponseQueue {
  readonly #options: ResponseQueueOptions
  readonly #socket: Socket
  /** From the oldest request without a response on. */
  #places: Place[] = []
  #head = 0
  /** Responses in memory that wait for an older one or for the socket. */
  #heldBytes = 0
  /** Buffers of responses that leave with the next write. */
  #outgoing: Buffer[] = []
  #isCorked = false
  #isFlushScheduled = false
  #isSocketFull = false
  #isStreaming = false
  #isClosed = false
  #onRoom: (() => void) | undefined

  constructor(options: ResponseQueueOptions) {
    this.#options = options
    this.#socket = options.socket
  }

  /** Requests whose response has not been handed to the socket. */
  get pending(): number {
    return this.#places.length - this.#head + (this.#isStreaming ? 1 : 0)
  }

  /** Bytes of responses in memory that the peer has not taken. Streamed parts count as far as they were fetched. */
  get untakenBytes(): number {
    return this.#heldBytes + this.#socket.queuedBytes
  }

  /** Takes the place of the next request's response. */
  expect(): Place {
    const place: Place = { isDone: false, response: undefined }
    this.#places.push(place)
    return place
  }

  /** Fills a place, once. The buffers must not change from now on. */
  complete(place: Place, response: Response): void {
    if (this.#isClosed) {
      releaseAll(response)
      return
    }
    this.#heldBytes += sizeInMemory(response)
    place.isDone = true
    place.response = response
    if (this.#isCorked || this.#isFlushScheduled || this.#places[this.#head] !== place) return
    // Responses that are completed by the same event leave in one write.
    this.#isFlushScheduled = true
    queueMicrotask(() => {
      this.#isFlushScheduled = false
      this.#send()
    })
  }

  /** Until `uncork`, nothing is sent: responses of one batch of requests leave together. */
  cork(): void {
    this.#isCorked = true
  }

  uncork(): void {
    this.#isCorked = false
    this.#send()
  }

  /** The socket has room again. */
  onDrain(): void {
    this.#isSocketFull = false
    const onRoom = this.#onRoom
    this.#onRoom = undefined
    onRoom?.()
    this.#send()
  }

  /** The connection is gone: what is not sent is dropped. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const { response } of this.#places.slice(this.#head)) releaseAll(response)
    this.#places = []
    this.#head = 0
    this.#heldBytes = 0
    this.#outgoing = []
    this.#onRoom?.()
  }

  #send(): void {
    if (this.#isClosed || this.#isStreaming || this.#isCorked) return
    let sent = 0
    while (!this.#isSocketFull) {
      const place = this.#places[this.#head]
      if (place === undefined || !place.isDone) break
      this.#takeFirst()
      sent++
      const { response } = place
      if (response === undefined) continue
      this.#heldBytes -= sizeInMemory(response)
      this.#outgoing.push(sizeField(response))
      if (response.some(isStreamed)) {
        void this.#stream(response)
        return
      }
      for (const part of response) this.#outgoing.push(part as Buffer)
      if (this.#outgoing.length >= 1024) this.#write()
    }
    this.#write()
    if (sent > 0) this.#options.onProgress()
  }

  async #stream(response: readonly BytesPart[]): Promise<void> {
    this.#isStreaming = true
    try {
      for (const part of response) {
        if (isStreamed(part)) await this.#streamPart(part)
        else this.#outgoing.push(part as Buffer)
      }
    } catch (error) {
      if (!this.#isClosed) this.#options.onFailure(error as Error)
    } finally {
      releaseAll(response)
      this.#isStreaming = false
    }
    this.#send()
    if (!this.#isClosed) this.#options.onProgress()
  }

  async #streamPart(part: StreamedBytes): Promise<void> {
    for (let position = 0; position < part.sizeBytes && !this.#isClosed; position += pieceBytes) {
      // A fresh buffer each time: the socket holds the one before until it is sent.
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, part.sizeBytes - position))
      await part.read(piece, position)
      this.#outgoing.push(piece)
      this.#write()
      if (this.#isSocketFull && !this.#isClosed) {
        await new Promise<void>(resolve => {
          this.#onRoom = resolve
        })
      }
    }
  }

  #write(): void {
    if (this.#outgoing.length === 0 || this.#isClosed) return
    const buffers = this.#outgoing.length === 1 ? this.#outgoing : joined(this.#outgoing)
    this.#outgoing = []
    if (!this.#socket.write(buffers)) this.#isSocketFull = true
  }

  #takeFirst(): void {
    this.#head++
    if (this.#head === this.#places.length) {
      this.#places = []
      this.#head = 0
    } else if (this.#head >= 1024) {
      this.#places = this.#places.slice(this.#head)
      this.#head = 0
    }
  }
}

function sizeField(response: readonly BytesPart[]): Buffer {
  let sizeBytes = 0
  for (const part of response) sizeBytes += isStreamed(part) ? part.sizeBytes : (part as Buffer).length
  const field = Buffer.allocUnsafe(4)
  field.writeInt32BE(sizeBytes)
  return field
}

function sizeInMemory(response: Response): number {
  if (response === undefined) return 0
  let sizeBytes = 0
  for (const part of response) {
    if (Buffer.isBuffer(part)) sizeBytes += part.length
    else if (!isStreamed(part)) throw new TypeError('a part of a response that cannot be sent')
  }
  return sizeBytes
}

function releaseAll(response: Response): void {
  if (response === undefined) return
  for (const part of response) if (isStreamed(part)) part.release()
}

/** Many small buffers become few: each one costs in the system's call and on the way there. */
function joined(buffers: readonly Buffer[]): Buffer[] {
  const result: Buffer[] = []
  let first = 0
  let runBytes = 0
  const endRun = (end: number) => {
    if (end - first === 1) result.push(buffers[first]!)
    else if (end > first) result.push(Buffer.concat(buffers.slice(first, end), runBytes))
    runBytes = 0
  }
  for (const [index, buffer] of buffers.entries()) {
    if (buffer.length > largestJoinedPartBytes) {
      endRun(index)
      result.push(buffer)
      first = index + 1
    } else if (runBytes + buffer.length > joinedBytes) {
      endRun(index)
      first = index
      runBytes = buffer.length
    } else {
      runBytes += buffer.length
    }
  }
  endRun(buffers.length)
  return result
}
