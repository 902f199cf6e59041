/** A pending timer. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void
}

/** Time, as the broker sees it. Node's twin is `node-clock.ts`; tests turn `manual-clock.ts` by hand. */
export interface Clock {
  /** Wall-clock milliseconds since 1970: for timestamps in records, never for measuring. May jump. */
  nowMs(): number
  /** Monotonic milliseconds from an arbitrary start, with fractions: for time-outs and measuring. */
  monotonicMs(): number
  /**
   * Calls `callback` once, not before `delayMs` monotonic milliseconds from now. Never called synchronously.
   * A background timer does not keep the process alive.
   */
  setTimer(delayMs: number, callback: () => void): Timer
}
