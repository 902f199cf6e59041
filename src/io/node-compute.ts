import type { Compute } from './compute.ts'
import { Limiter } from './limiter.ts'

/** Runs jobs on libuv's thread pool, one at a time unless told otherwise: reads and flushes use the same threads. */
export class NodeCompute implements Compute {
  readonly #limiter: Limiter

  constructor({ concurrentJobs = 1 } = {}) {
    this.#limiter = new Limiter(concurrentJobs)
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    return this.#limiter.run(job)
  }
}
