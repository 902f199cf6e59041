/**
 * The memory of requests that are being received or handled, of all connections together
 * (`queued.max.request.bytes`). A frame that has begun may always be finished, or two halves could wait for each other;
 * with the budget used up no further frame begins until some memory is given back.
 */
export class RequestMemory {
  readonly #limitBytes: number
  #usedBytes = 0
  #waiting = new Set<() => void>()

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Whether another frame may begin. */
  get hasRoom(): boolean {
    return this.#usedBytes < this.#limitBytes
  }

  take(sizeBytes: number): void {
    this.#usedBytes += sizeBytes
  }

  giveBack(sizeBytes: number): void {
    this.#usedBytes -= sizeBytes
    if (!this.hasRoom || this.#waiting.size === 0) return
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const callback of waiting) callback()
  }

  /** Calls back once, when there is room again. */
  onRoom(callback: () => void): void {
    this.#waiting.add(callback)
  }

  forget(callback: () => void): void {
    this.#waiting.delete(callback)
  }
}
