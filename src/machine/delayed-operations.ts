import type { Clock, Timer } from '../io/clock.ts'

/** Something that waits for a condition or for its time-out (Kafka's DelayedOperation). */
export interface DelayedOperation {
  /** Completes the operation if it can be, and tells whether it did. Not called again after that. */
  tryComplete(): boolean
  /** The time is up: completes it with what there is. The last call. */
  onExpiration(): void
}

interface Watched<K> {
  readonly operation: DelayedOperation
  readonly keys: readonly K[]
  timer: Timer | undefined
  done: boolean
  /** `tryComplete` is running; a wish for another try is kept for when it has returned. */
  trying: boolean
  tryAgain: boolean
}

/**
 * Operations that wait under keys (a partition, a group) until whoever changes one of them says `check`, or until
 * their time is up (Kafka's purgatory). One that is done is gone from every key at once.
 */
export class DelayedOperations<K> {
  readonly #clock: Clock
  readonly #byKey = new Map<K, Set<Watched<K>>>()
  readonly #all = new Set<Watched<K>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Operations that wait. */
  get size(): number {
    return this.#all.size
  }

  /** Keys that something waits under. */
  get keyCount(): number {
    return this.#byKey.size
  }

  /** Tries the operation, and has it wait when it cannot complete yet. True: it is complete already. */
  tryCompleteElseWatch(
    operation: DelayedOperation,
    { keys, timeoutMs }: { keys: readonly K[]; timeoutMs: number },
  ): boolean {
    if (operation.tryComplete()) return true
    const watched: Watched<K> = {
      operation,
      keys,
      timer: undefined,
      done: false,
      trying: false,
      tryAgain: false,
    }
    this.#all.add(watched)
    for (const key of keys) {
      const waiting = this.#byKey.get(key)
      if (waiting === undefined) this.#byKey.set(key, new Set([watched]))
      else waiting.add(watched)
    }
    watched.timer = this.#clock.setTimer(timeoutMs, () => this.#expire(watched))
    return false
  }

  /** Something about `key` has changed: tries what waits under it. Returns how many completed. */
  check(key: K): number {
    const waiting = this.#byKey.get(key)
    if (waiting === undefined) return 0
    let completed = 0
    // A copy: completing one may add others, or complete those that follow.
    for (const watched of [...waiting]) if (this.#tryComplete(watched)) completed++
    return completed
  }

  /** As if the time of all that waits under `key` were up. */
  expire(key: K): void {
    for (const watched of [...(this.#byKey.get(key) ?? [])]) this.#expire(watched)
  }

  /** As if the time of all were up: for a shutdown. */
  expireAll(): void {
    for (const watched of [...this.#all]) this.#expire(watched)
  }

  #tryComplete(watched: Watched<K>): boolean {
    if (watched.done) return false
    if (watched.trying) {
      watched.tryAgain = true
      return false
    }
    watched.trying = true
    try {
      do {
        watched.tryAgain = false
        if (watched.operation.tryComplete()) {
          this.#forget(watched)
          return true
        }
      } while (watched.tryAgain && !watched.done)
      return false
    } finally {
      watched.trying = false
    }
  }

  #expire(watched: Watched<K>): void {
    if (watched.done) return
    this.#forget(watched)
    watched.operation.onExpiration()
  }

  #forget(watched: Watched<K>): void {
    watched.done = true
    watched.timer?.cancel()
    this.#all.delete(watched)
    for (const key of watched.keys) {
      const waiting = this.#byKey.get(key)
      if (waiting === undefined) continue
      waiting.delete(watched)
      if (waiting.size === 0) this.#byKey.delete(key)
    }
  }
}
