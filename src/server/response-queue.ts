import type { Response } from './dispatcher.ts'

/** A request's place in the order of responses. */
export interface ResponseSlot {
  response: Response
  isDone: boolean
}

/** Responses of one connection: completed in any order, given out in the order of their requests. */
export class ResponseQueue {
  readonly #slots: ResponseSlot[] = []
  #first = 0

  /** Requests that have not been answered yet, or whose answers wait behind others. */
  get size(): number {
    return this.#slots.length - this.#first
  }

  open(): ResponseSlot {
    const slot: ResponseSlot = { response: undefined, isDone: false }
    this.#slots.push(slot)
    return slot
  }

  /** The next response in order, when it is ready; its slot is gone then. */
  take(): ResponseSlot | undefined {
    const slot = this.#slots[this.#first]
    if (slot === undefined || !slot.isDone) return undefined
    this.#first++
    if (this.#first === this.#slots.length) {
      this.#slots.length = 0
      this.#first = 0
    } else if (this.#first > 64) {
      this.#slots.splice(0, this.#first)
      this.#first = 0
    }
    return slot
  }
}
