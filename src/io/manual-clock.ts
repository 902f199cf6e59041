import type { Clock, Timer } from './clock.ts'

/** More timers than this in one `advance` mean a timer that arms itself again without delay. */
const maxTimersPerAdvance = 1_000_000

interface PendingTimer {
  readonly dueMs: number
  readonly callback: () => void
}

/** A clock that stands still until it is turned. Timers fire in the order they are due, then in the order they were set. */
export class ManualClock implements Clock {
  #nowMs: number
  #monotonicMs: number
  /** Sorted by `dueMs`, then by the order of setting. */
  readonly #timers: PendingTimer[] = []

  constructor({ nowMs = 1_700_000_000_000, monotonicMs = 0 } = {}) {
    this.#nowMs = nowMs
    this.#monotonicMs = monotonicMs
  }

  nowMs(): number {
    return Math.floor(this.#nowMs)
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), callback }
    this.#timers.splice(this.#firstAfter(timer.dueMs), 0, timer)
    return {
      cancel: () => {
        const index = this.#timers.indexOf(timer)
        if (index >= 0) this.#timers.splice(index, 1)
      },
    }
  }

  /** Lets `ms` pass and fires every timer due by then, those that are set meanwhile included, one after another. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms
    for (let fired = 0; this.#fireNext(endMs); fired++) {
      if (fired === maxTimersPerAdvance) throw new Error('a timer is set again and again without delay')
    }
    this.#moveTo(endMs)
  }

  /** As `advance`, but lets pending promises run before the first timer, between timers and at the end. */
  async advanceAndSettle(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms
    await settle()
    for (let fired = 0; this.#fireNext(endMs); fired++) {
      if (fired === maxTimersPerAdvance) throw new Error('a timer is set again and again without delay')
      await settle()
    }
    this.#moveTo(endMs)
  }

  /** Wall-clock time jumps, as when an operator sets it; monotonic time and timers do not notice. */
  jumpWallClock(ms: number): void {
    this.#nowMs += ms
  }

  /** When the next timer is due, in monotonic milliseconds; undefined when none is set. */
  get nextDueMs(): number | undefined {
    return this.#timers[0]?.dueMs
  }

  get pendingTimers(): number {
    return this.#timers.length
  }

  #fireNext(endMs: number): boolean {
    const timer = this.#timers[0]
    if (timer === undefined || timer.dueMs > endMs) return false
    this.#timers.shift()
    this.#moveTo(timer.dueMs)
    timer.callback()
    return true
  }

  #moveTo(monotonicMs: number): void {
    if (monotonicMs <= this.#monotonicMs) return
    this.#nowMs += monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
  }

  #firstAfter(dueMs: number): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#timers[middle]!.dueMs <= dueMs) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** All promises that can go on without a timer or the outside have gone on. */
function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
