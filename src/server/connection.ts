import type { Clock } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import type { Socket, SocketEvents } from '../io/network.ts'
import { DecodeError } from '../protocol/reader.ts'
import type { Dispatcher, Response } from './dispatcher.ts'
import { FrameError, FrameReader } from './frame-reader.ts'
import { CloseConnectionError } from './handler.ts'
import type { ConnectionContext } from './request-context.ts'
import type { MemoryUser, RequestMemory } from './request-memory.ts'
import { type Place, ResponseQueue } from './response-queue.ts'

/** A connection is not read while so many of its requests, or bytes of them, are unanswered. */
const MAX_REQUESTS_IN_FLIGHT = 128
const MAX_REQUEST_BYTES_IN_FLIGHT = 8 * 1024 * 1024

/** Bytes of responses that a peer may leave untaken before its next request is looked at. */
const MAX_UNTAKEN_RESPONSE_BYTES = 1024 * 1024

/** The largest frame before a client has logged in (Kafka's sasl.server.max.receive.size). */
const MAX_FRAME_BYTES_BEFORE_LOGIN = 512 * 1024

/** After the last answer of a connection that is being closed the peer gets so long to take it. */
const CLOSING_GRACE_MS = 1000

export interface ConnectionOptions {
  readonly socket: Socket
  readonly context: ConnectionContext
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>
  readonly memory: RequestMemory
  readonly logger: Logger
  readonly clock: Clock
  /** `socket.request.max.bytes` */
  readonly maxRequestBytes: () => number
  /** Until `onLoggedIn` only small frames are taken. */
  readonly requiresLogin: boolean
  readonly onClosed: (connection: Connection) => void
}

/**
 * One client's connection. Requests are handed on in the order in which they come in, worked on side by side, and
 * answered in that order. It is not read while too much of its own is under way (unanswered requests, responses that
 * the peer does not take), nor while the memory for all requests is used up.
 */
export class Connection implements SocketEvents, MemoryUser {
  readonly #options: ConnectionOptions
  readonly #socket: Socket
  readonly #memory: RequestMemory
  readonly #reader = new FrameReader()
  readonly #responses: ResponseQueue
  /** Whole frames that wait for their turn, from `#nextFrame` on. */
  #frames: Buffer[] = []
  #nextFrame = 0
  #waitingBytes = 0
  /** Requests handed over and not done, and their bytes. */
  #inWork = 0
  #bytesInWork = 0
  #isLoggedIn: boolean
  #isStarted = false
  #isDispatching = false
  #isShortOfMemory = false
  #isReading = true
  /** No request is taken any more. */
  #isEnding = false
  #isEnded = false
  #isClosed = false
  /** When bytes last went in or out or an answer was ready, on the monotonic clock. */
  #lastActiveMs: number

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#socket = options.socket
    this.#memory = options.memory
    this.#isLoggedIn = !options.requiresLogin
    this.#lastActiveMs = options.clock.monotonicMs()
    this.#responses = new ResponseQueue({
      socket: options.socket,
      onProgress: () => this.#goOn(),
      onFailure: error => this.#refuse(error),
    })
    this.#memory.join(this)
    this.#updateReading()
  }

  /** Requests that are not answered. */
  get requestsInFlight(): number {
    return this.#responses.pending + this.#frames.length - this.#nextFrame
  }

  get peer(): string {
    const { host, port } = this.#socket.remote
    return `${host}:${port}`
  }

  /** Requests are handled from now on; what came in before waited. */
  start(): void {
    this.#isStarted = true
    this.#goOn()
  }

  /** Larger frames are taken from now on. */
  onLoggedIn(): void {
    this.#isLoggedIn = true
  }

  /** Takes no further request, answers those in work, then closes. */
  end(): void {
    if (this.#isClosed || this.#isEnding) return
    this.#isEnding = true
    if (this.#responses.pending === 0 && this.#socket.queuedBytes === 0) {
      this.destroy()
      return
    }
    this.#dropFrames()
    this.#updateReading()
    this.#endWhenAnswered()
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
    this.#letGo()
  }

  /**
   * Closes when nothing has come in, gone out or been worked on since `sinceMs` (monotonic), and tells whether it did. A
   * peer that does not take its responses is idle, too.
   */
  closeIfIdle(sinceMs: number): boolean {
    if (this.#isClosed || this.#lastActiveMs > sinceMs) return false
    if (this.#inWork > 0 && this.#responses.untakenBytes === 0) return false
    this.destroy()
    return true
  }

  // ---- the socket's events

  onData(chunk: Buffer): void {
    if (this.#isClosed || this.#isEnding) return
    this.#lastActiveMs = this.#options.clock.monotonicMs()
    const heldBefore = this.heldBytes
    let problem: unknown
    try {
      this.#reader.push(chunk, this.#maxFrameBytes, this.#onFrame)
    } catch (error) {
      problem = error
    }
    this.#memory.take(this.heldBytes - heldBefore)
    if (this.#frames.length > 0) {
      this.#memory.onFrameComplete(this)
      this.#dispatch()
    }
    if (problem !== undefined) this.#refuse(problem)
  }

  onDrain(): void {
    this.#lastActiveMs = this.#options.clock.monotonicMs()
    this.#responses.onDrain()
    this.#goOn()
  }

  onClose(error: Error | undefined): void {
    if (error !== undefined) {
      this.#options.logger.debug({ err: error }, `the connection of ${this.peer} broke`)
    }
    this.#letGo()
    this.#options.onClosed(this)
  }

  // ---- for the memory of all requests

  get partialBytes(): number {
    return this.#reader.partialBytes
  }

  get heldBytes(): number {
    return this.#reader.partialBytes + this.#waitingBytes
  }

  stopReading(): void {
    this.#isShortOfMemory = true
    this.#updateReading()
  }

  continueReading(): void {
    this.#isShortOfMemory = false
    this.#updateReading()
  }

  giveUp(): void {
    this.#refuse(
      new FrameError('the memory for requests is used up and it holds the most of it without getting on'),
    )
  }

  // ---- inside

  get #maxFrameBytes(): number {
    const maxRequestBytes = this.#options.maxRequestBytes()
    return this.#isLoggedIn ? maxRequestBytes : Math.min(maxRequestBytes, MAX_FRAME_BYTES_BEFORE_LOGIN)
  }

  get #mayDispatch(): boolean {
    return (
      this.#isStarted &&
      !this.#isEnding &&
      !this.#isClosed &&
      this.#responses.pending < MAX_REQUESTS_IN_FLIGHT &&
      this.#bytesInWork < MAX_REQUEST_BYTES_IN_FLIGHT &&
      this.#responses.untakenBytes < MAX_UNTAKEN_RESPONSE_BYTES
    )
  }

  readonly #onFrame = (frame: Buffer): void => {
    this.#frames.push(frame)
    this.#waitingBytes += frame.length
  }

  /** Something that was waited for has happened. */
  #goOn(): void {
    if (this.#isClosed || this.#isDispatching) return
    if (this.#frames.length > 0) this.#dispatch()
    else this.#updateReading()
    this.#endWhenAnswered()
  }

  /** Hands over the frames that have come in, as far as may be. Answers that are ready at once leave together. */
  #dispatch(): void {
    if (this.#isDispatching) return
    this.#isDispatching = true
    while (this.#nextFrame < this.#frames.length && this.#mayDispatch) {
      this.#responses.cork()
      while (this.#nextFrame < this.#frames.length && this.#mayDispatch) {
        const frame = this.#frames[this.#nextFrame++] as Buffer
        this.#waitingBytes -= frame.length
        this.#handle(frame)
      }
      // What is answered makes room for more.
      this.#responses.uncork()
    }
    if (this.#nextFrame >= this.#frames.length) {
      this.#frames = []
      this.#nextFrame = 0
    }
    this.#isDispatching = false
    this.#updateReading()
  }

  #handle(frame: Buffer): void {
    const sizeBytes = frame.length
    const place = this.#responses.expect()
    try {
      const result = this.#options.dispatcher.dispatch(frame, this.#options.context)
      if (result instanceof Promise) {
        this.#inWork++
        this.#bytesInWork += sizeBytes
        result.then(
          response => this.#finish(place, sizeBytes, response),
          (error: unknown) => this.#fail(sizeBytes, error),
        )
        return
      }
      this.#responses.complete(place, result)
    } catch (error) {
      this.#refuse(error)
    }
    this.#memory.release(sizeBytes)
  }

  #finish(place: Place, sizeBytes: number, response: Response): void {
    this.#leaveWork(sizeBytes)
    try {
      this.#responses.complete(place, response)
    } catch (error) {
      this.#refuse(error)
    }
    this.#goOn()
  }

  #fail(sizeBytes: number, error: unknown): void {
    this.#leaveWork(sizeBytes)
    this.#refuse(error)
  }

  #leaveWork(sizeBytes: number): void {
    this.#inWork--
    this.#bytesInWork -= sizeBytes
    this.#lastActiveMs = this.#options.clock.monotonicMs()
    this.#memory.release(sizeBytes)
  }

  #updateReading(): void {
    if (this.#isClosed) return
    const shouldRead = !this.#isShortOfMemory && this.#frames.length === 0 && this.#mayDispatch
    if (shouldRead === this.#isReading) return
    this.#isReading = shouldRead
    if (shouldRead) this.#socket.resume()
    else this.#socket.pause()
  }

  #endWhenAnswered(): void {
    if (!this.#isEnding || this.#isEnded || this.#isClosed || this.#responses.pending > 0) return
    this.#isEnded = true
    this.#socket.end()
    this.#options.clock.setTimer(CLOSING_GRACE_MS, () => this.destroy())
  }

  #dropFrames(): void {
    this.#memory.release(this.#waitingBytes)
    this.#frames = []
    this.#nextFrame = 0
    this.#waitingBytes = 0
  }

  /** One line that names the peer and the likely cause; nobody else notices. */
  #refuse(error: unknown): void {
    if (this.#isClosed) return
    const { logger, context } = this.#options
    const isKnown =
      error instanceof FrameError || error instanceof DecodeError || error instanceof CloseConnectionError
    const reason = isKnown ? error.message : 'its request failed unexpectedly'
    const fields = isKnown ? {} : { err: error }
    logger.warn(fields, `closed the connection of ${this.peer} to ${context.listenerName}: ${reason}`)
    this.destroy()
  }

  /** Gives back everything that the connection holds, once. Requests in work give theirs back when they are done. */
  #letGo(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#memory.release(this.heldBytes)
    this.#frames = []
    this.#nextFrame = 0
    this.#waitingBytes = 0
    this.#memory.leave(this)
    this.#responses.close()
  }
}
