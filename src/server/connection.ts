import type { Logger } from '../io/logger.ts'
import type { Socket, SocketEvents } from '../io/network.ts'
import { DecodeError } from '../protocol/reader.ts'
import type { Dispatcher, Response } from './dispatcher.ts'
import { FrameError, FrameReader } from './frame-reader.ts'
import type { ConnectionContext } from './request-context.ts'
import type { RequestMemory } from './request-memory.ts'
import { ResponseQueue, type ResponseSlot } from './response-queue.ts'

/** A connection is not read while so many of its requests are unanswered. */
const MAX_REQUESTS_IN_FLIGHT = 128

export interface ConnectionOptions {
  readonly socket: Socket
  readonly context: ConnectionContext
  readonly dispatcher: Dispatcher
  readonly memory: RequestMemory
  readonly logger: Logger
  /** `socket.request.max.bytes` */
  readonly maxRequestBytes: () => number
  readonly monotonicMs: () => number
  readonly onClosed: (connection: Connection) => void
}

/**
 * One client's connection. Requests are handed on in the order in which they come in, worked on side by side, and
 * answered in that order. It is not read while too much of its own is under way: unanswered requests, responses that
 * the peer does not take, no memory for another frame.
 */
export class Connection implements SocketEvents {
  readonly #options: ConnectionOptions
  readonly #frames: FrameReader
  readonly #responses = new ResponseQueue()
  /** Bytes that came in but may not be looked at yet, copied out of the shared buffer. */
  #held: Buffer | undefined
  #isDraining = false
  #isHandling = false
  #isStarted = false
  #isEnding = false
  #isClosed = false
  /** When bytes last went in or out, on the monotonic clock. */
  lastActiveMs: number

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#frames = new FrameReader(options.memory)
    this.lastActiveMs = options.monotonicMs()
  }

  get requestsInFlight(): number {
    return this.#responses.size
  }

  get peer(): string {
    const { host, port } = this.#options.socket.remote
    return `${host}:${port}`
  }

  /** Requests are handled from now on; what came in before waited. */
  start(): void {
    this.#isStarted = true
    this.#resume()
  }

  /** Takes no further request, answers those in flight, then closes. */
  end(): void {
    this.#isEnding = true
    this.#options.socket.pause()
    this.#maybeEnd()
  }

  destroy(): void {
    this.#options.socket.destroy()
  }

  onData(chunk: Buffer): void {
    this.lastActiveMs = this.#options.monotonicMs()
    if (this.#held !== undefined || !this.#mayRead()) {
      this.#hold(chunk)
      return
    }
    this.#consume(chunk)
  }

  onDrain(): void {
    this.lastActiveMs = this.#options.monotonicMs()
    this.#isDraining = false
    this.#send()
    this.#resume()
  }

  onClose(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#frames.abandon()
    this.#held = undefined
    this.#options.memory.forget(this.#onRoom)
    if (error !== undefined)
      this.#options.logger.debug({ err: error }, `the connection of ${this.peer} broke`)
    this.#options.onClosed(this)
  }

  readonly #onRoom = (): void => this.#resume()

  /** Frames, one after another, until something has to be waited for. What is left of the chunk is kept then. */
  #consume(chunk: Buffer): void {
    let position = 0
    this.#isHandling = true
    try {
      while (position < chunk.length) {
        // What is answered already makes room for more.
        if (!this.#mayRead()) this.#send()
        if (!this.#mayRead()) {
          this.#hold(chunk.subarray(position))
          break
        }
        const read = this.#frames.read(chunk, position, this.#options.maxRequestBytes())
        position = read.position
        if (read.frame !== undefined) this.#handle(read.frame)
        if (this.#isClosed) return
      }
    } catch (error) {
      this.#refuse(error)
      return
    } finally {
      this.#isHandling = false
    }
    this.#send()
  }

  #mayRead(): boolean {
    if (!this.#isStarted || this.#isEnding || this.#isDraining) return false
    if (this.#responses.size >= MAX_REQUESTS_IN_FLIGHT) return false
    if (this.#frames.isInFrame || this.#options.memory.hasRoom) return true
    this.#options.memory.onRoom(this.#onRoom)
    return false
  }

  #hold(bytes: Buffer): void {
    const copy = Buffer.from(bytes)
    this.#held = this.#held === undefined ? copy : Buffer.concat([this.#held, copy])
    this.#options.socket.pause()
  }

  #resume(): void {
    if (this.#isClosed || this.#isHandling || !this.#mayRead()) return
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.#consume(held)
    if (this.#held === undefined && !this.#isClosed && !this.#isEnding) this.#options.socket.resume()
  }

  #handle(frame: Buffer): void {
    const slot = this.#responses.open()
    let response: Response | Promise<Response>
    try {
      response = this.#options.dispatcher.dispatch(frame, this.#options.context)
    } catch (error) {
      this.#options.memory.giveBack(frame.length)
      throw error
    }
    if (response instanceof Promise) {
      response.then(
        value => this.#complete(slot, value, frame),
        (error: unknown) => {
          this.#options.memory.giveBack(frame.length)
          this.#refuse(error)
        },
      )
    } else {
      this.#complete(slot, response, frame)
    }
  }

  #complete(slot: ResponseSlot, response: Response, frame: Buffer): void {
    this.#options.memory.giveBack(frame.length)
    slot.response = response
    slot.isDone = true
    if (this.#isHandling || this.#isClosed) return
    this.#send()
    this.#resume()
  }

  /** Sends what is next in order, as far as the peer takes it. */
  #send(): void {
    const { socket } = this.#options
    while (!this.#isDraining && !this.#isClosed) {
      const slot = this.#responses.take()
      if (slot === undefined) break
      if (slot.response === undefined) continue
      this.lastActiveMs = this.#options.monotonicMs()
      if (!socket.write(framed(slot.response))) this.#isDraining = true
    }
    this.#maybeEnd()
  }

  #maybeEnd(): void {
    if (this.#isEnding && !this.#isClosed && this.#responses.size === 0) this.#options.socket.end()
  }

  /** One line that names the peer and the likely cause; nobody else notices. */
  #refuse(error: unknown): void {
    const { logger, socket, context } = this.#options
    if (this.#isClosed) return
    const known = error instanceof FrameError || error instanceof DecodeError
    const reason = known ? error.message : 'its request failed unexpectedly'
    const fields = known ? {} : { err: error }
    logger.warn(fields, `closed the connection of ${this.peer} to ${context.listenerName}: ${reason}`)
    socket.destroy()
  }
}

/** The response with its length in front. */
function framed(response: NonNullable<Response>): Uint8Array[] {
  const parts = response as readonly Buffer[]
  const length = Buffer.allocUnsafe(4)
  let sizeBytes = 0
  for (const part of parts) sizeBytes += part.length
  length.writeInt32BE(sizeBytes)
  return [length, ...parts]
}
