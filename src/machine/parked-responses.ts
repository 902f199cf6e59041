import type { Clock, Timer } from '../io/clock.ts'

interface Parked {
  readonly endOffset: number
  readonly deadlineMs: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * Responses that wait until the high watermark has reached what they depend on, in the order of the log. One that
 * waits longer than `timeoutMs` fails; what it wrote stays in the log and may still be committed.
 */
export class ParkedResponses {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #timedOut: () => Error
  /** End offsets and deadlines never fall. */
  #queue: Parked[] = []
  #head = 0
  #timer: Timer | undefined

  constructor(options: { clock: Clock; timeoutMs: number | undefined; timedOut: () => Error }) {
    this.#clock = options.clock
    this.#timeoutMs = options.timeoutMs ?? Number.POSITIVE_INFINITY
    this.#timedOut = options.timedOut
  }

  get size(): number {
    return this.#queue.length - this.#head
  }

  /** Resolves to `response` once the high watermark is at `endOffset` or above; `endOffset` is no lower than any before. */
  park<T>(endOffset: number, response: T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadlineMs = this.#clock.monotonicMs() + this.#timeoutMs
      this.#queue.push({ endOffset, deadlineMs, resolve: () => resolve(response), reject })
      if (this.#timer === undefined) this.#armTimer()
    })
  }

  complete(highWatermark: number): void {
    while (this.#first !== undefined && this.#first.endOffset <= highWatermark) this.#take().resolve()
  }

  failAll(error: () => Error): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const waiting = this.#queue.slice(this.#head)
    this.#queue = []
    this.#head = 0
    for (const parked of waiting) parked.reject(error())
  }

  get #first(): Parked | undefined {
    return this.#queue[this.#head]
  }

  #take(): Parked {
    const parked = this.#queue[this.#head++]!
    // Those taken are dropped once they are half of the queue, so that each costs the same.
    if (this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return parked
  }

  /** One timer for all, set for the first in the queue as it was then: later deadlines are looked at when it fires. */
  #armTimer(): void {
    const first = this.#first
    if (first === undefined || first.deadlineMs === Number.POSITIVE_INFINITY) return
    this.#timer = this.#clock.setTimer(Math.max(0, first.deadlineMs - this.#clock.monotonicMs()), () => {
      this.#timer = undefined
      const nowMs = this.#clock.monotonicMs()
      while (this.#first !== undefined && this.#first.deadlineMs <= nowMs) {
        this.#take().reject(this.#timedOut())
      }
      this.#armTimer()
    })
  }
}
