/**
 * Keeps the appends to one partition in the order in which they came when some of them have to wait: for a batch to be
 * inflated, for room in the log's tail. Nearly always it is empty and appends pass it by.
 */
export class AppendQueue {
  #last: Promise<unknown> | undefined

  /** Nobody waits: an append may be done at once. */
  get isEmpty(): boolean {
    return this.#last === undefined
  }

  /** Runs `append` when all those before it are done. */
  run<T>(append: () => Promise<T>): Promise<T> {
    const result = this.#last === undefined ? append() : this.#last.then(append)
    const last = result.then(done, done)
    this.#last = last
    void last.then(() => {
      if (this.#last === last) this.#last = undefined
    })
    return result
  }
}

function done(): void {}
