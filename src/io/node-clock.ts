import type { Clock, Timer } from './clock.ts'

/** `setTimeout` takes a longer delay for 1 ms. */
const longestTimeoutMs = 2 ** 31 - 1

/** The machine's clock. Its timers do not keep the process alive. */
export class NodeClock implements Clock {
  nowMs(): number {
    return Date.now()
  }

  monotonicMs(): number {
    return performance.now()
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const dueMs = performance.now() + delayMs
    let timeout: NodeJS.Timeout
    const arm = () => {
      const leftMs = dueMs - performance.now()
      timeout = setTimeout(fire, Math.min(longestTimeoutMs, Math.max(0, Math.ceil(leftMs))))
      timeout.unref()
    }
    // Node counts whole milliseconds and may be a fraction early.
    const fire = () => (performance.now() < dueMs ? arm() : callback())
    arm()
    return { cancel: () => clearTimeout(timeout) }
  }
}
