import type { Clock, Timer } from '../io/clock.ts'

/** A timer's command that failed is tried again after so long (Kafka's EventBasedCoordinatorTimer). */
const defaultRetryMs = 500

interface Entry {
  /** Undefined while the action runs. */
  timer: Timer | undefined
}

export interface TimerOptions {
  readonly key: string
  readonly delayMs: number
  /** What to do; usually runs a command. A rejection is tried again after `retryMs`, unless the key was cancelled or set again. */
  readonly action: () => Promise<unknown>
  readonly retryMs?: number
}

/**
 * Timers by key: one key has one timer at most. A timer that was cancelled or replaced never fires, however late that
 * was. Timers are soft state: they are gone with the machine and set again after a load.
 */
export class TimerTable {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Timers that will fire. */
  get size(): number {
    return this.#entries.size
  }

  has(key: string): boolean {
    return this.#entries.get(key)?.timer !== undefined
  }

  /** Replaces the timer that `key` had. */
  schedule(options: TimerOptions): void {
    this.cancel(options.key)
    const entry: Entry = { timer: undefined }
    this.#entries.set(options.key, entry)
    this.#arm(entry, options, options.delayMs)
  }

  cancel(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.timer?.cancel()
    this.#entries.delete(key)
  }

  cancelAll(): void {
    for (const entry of this.#entries.values()) entry.timer?.cancel()
    this.#entries.clear()
  }

  #arm(entry: Entry, options: TimerOptions, delayMs: number): void {
    entry.timer = this.#clock.setTimer(delayMs, () => {
      if (this.#entries.get(options.key) === entry) void this.#fire(entry, options)
    })
  }

  async #fire(entry: Entry, options: TimerOptions): Promise<void> {
    entry.timer = undefined
    try {
      await options.action()
      if (this.#entries.get(options.key) === entry) this.#entries.delete(options.key)
    } catch {
      // Whoever runs the command logs why it failed.
      if (this.#entries.get(options.key) === entry) {
        this.#arm(entry, options, options.retryMs ?? defaultRetryMs)
      }
    }
  }
}
