/**
 * Work that would hold the event loop for too long (inflating a batch, hashing a password), run elsewhere.
 * Jobs are started in the order they were given, a bounded number at a time, so that the thread pool keeps free
 * threads for reads and flushes.
 */
export interface Compute {
  /** Resolves or rejects as `job` does. `job` must do its heavy part off the event loop (libuv's pool, a worker). */
  run<T>(job: () => Promise<T>): Promise<T>
}
