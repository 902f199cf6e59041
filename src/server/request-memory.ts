import type { Clock, Timer } from '../io/clock.ts'

/** What one connection may read before it is looked at again: the size of the sockets' read buffer. */
const readBytes = 256 * 1024

/** Connections that were stopped are let on a few at a time, so often. */
const resumeIntervalMs = 1

/** Memory that stays full for so long without anything being released: someone holds it and does not go on. */
const stuckAfterMs = 10_000

/** A connection that takes memory for what it receives. */
export interface MemoryUser {
  /** Bytes of frames that are not whole yet. */
  readonly partialBytes: number
  /** Bytes of frames, whole or not, that wait for this connection's peer. */
  readonly heldBytes: number
  stopReading(): void
  continueReading(): void
  /** Memory is short and this connection holds the most of it without getting on. */
  giveUp(): void
}

/**
 * The budget for requests of all connections, from the first byte that arrives until the request is done. When it is
 * used up no connection is read; as requests finish, connections go on one by one. Only bytes that have arrived count,
 * so that a frame that is announced and never sent costs nothing.
 *
 * Frames that are received in part could fill the budget among themselves: then one of them is read on beyond it until
 * it is whole. If nothing moves for ten seconds, the connection that holds the most is closed.
 */
export class RequestMemory {
  readonly limitBytes: number
  readonly #clock: Clock
  readonly #reading = new Set<MemoryUser>()
  /** Stopped, in the order of being stopped. */
  readonly #stopped = new Set<MemoryUser>()
  #usedBytes = 0
  #favoured: MemoryUser | undefined
  #resumeTimer: Timer | undefined
  #stuckTimer: Timer | undefined

  constructor({ limitBytes, clock }: { limitBytes: number; clock: Clock }) {
    this.limitBytes = limitBytes
    this.#clock = clock
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get stoppedConnections(): number {
    return this.#stopped.size
  }

  join(user: MemoryUser): void {
    this.#reading.add(user)
    if (this.#isFull) this.#stopAll()
  }

  /** The connection is gone; it has released, or will release, what it took. */
  leave(user: MemoryUser): void {
    this.#reading.delete(user)
    this.#stopped.delete(user)
    if (this.#favoured === user) this.#favoured = undefined
    this.#goOn()
  }

  /** `sizeBytes` have arrived. */
  take(sizeBytes: number): void {
    this.#usedBytes += sizeBytes
    if (this.#isFull) this.#stopAll()
  }

  /** `sizeBytes` that were taken are not needed any more. */
  release(sizeBytes: number): void {
    this.#usedBytes -= sizeBytes
    if (this.#stopped.size === 0) return
    this.#stuckTimer?.cancel()
    this.#stuckTimer = undefined
    this.#goOn()
  }

  /** The favoured connection's frame is whole. */
  onFrameComplete(user: MemoryUser): void {
    if (this.#favoured !== user) return
    this.#favoured = undefined
    if (this.#isFull) this.#stopAll()
  }

  get #isFull(): boolean {
    return this.#usedBytes >= this.limitBytes
  }

  #stopAll(): void {
    for (const user of this.#reading) {
      if (user === this.#favoured) continue
      this.#reading.delete(user)
      this.#stopped.add(user)
      user.stopReading()
    }
    this.#goOn()
  }

  #goOn(): void {
    if (this.#stopped.size === 0) return
    if (this.#isFull) {
      this.#favourOne()
      this.#stuckTimer ??= this.#clock.setTimer(stuckAfterMs, () => this.#onStuck())
      return
    }
    if (this.#resumeTimer !== undefined) return
    let count = Math.max(1, Math.floor((this.limitBytes - this.#usedBytes) / readBytes))
    for (const user of this.#stopped) {
      if (count-- === 0) break
      this.#resume(user)
    }
    if (this.#stopped.size === 0) {
      this.#stuckTimer?.cancel()
      this.#stuckTimer = undefined
      return
    }
    this.#resumeTimer = this.#clock.setTimer(resumeIntervalMs, () => {
      this.#resumeTimer = undefined
      this.#goOn()
    })
  }

  #resume(user: MemoryUser): void {
    this.#stopped.delete(user)
    this.#reading.add(user)
    user.continueReading()
  }

  /** Where all memory is taken by frames that are not whole, nobody would ever release any. */
  #favourOne(): void {
    if (this.#favoured !== undefined) return
    let partialBytes = 0
    let first: MemoryUser | undefined
    for (const user of this.#stopped) {
      partialBytes += user.partialBytes
      if (user.partialBytes > 0) first ??= user
    }
    if (first === undefined || partialBytes < this.#usedBytes) return
    this.#favoured = first
    this.#resume(first)
  }

  #onStuck(): void {
    this.#stuckTimer = undefined
    if (!this.#isFull) return
    let worst: MemoryUser | undefined
    for (const user of [...this.#stopped, ...this.#reading]) {
      if (user.heldBytes > (worst?.heldBytes ?? 0)) worst = user
    }
    worst?.giveUp()
    this.#goOn()
  }
}
