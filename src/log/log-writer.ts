import { DiskError } from '../io/disk.ts'
import { StorageError } from './storage-error.ts'

/**
 * The kinds of work on a log's files. Of each kind a log has one job at a time; jobs of different kinds go side by side.
 * - `write`: what has gathered in the tail goes to the file.
 * - `flush`: what has been written goes to stable storage.
 * - `upkeep`: everything nobody waits for: indexes, snapshots and epochs behind the data.
 */
export type WriterLane = 'write' | 'flush' | 'upkeep'

/** A log as its directory's writer sees it: what to do when its turn has come. A rejection takes the directory offline. */
export interface WritableLog {
  readonly name: string
  write(): Promise<void>
  flush(): Promise<void>
  upkeep(): Promise<void>
}

export interface LogWriterOptions {
  readonly directory: string
  /** How many jobs of a kind are under way at once: the thread pool has to keep threads free for reads. */
  readonly maxConcurrent: Readonly<Record<WriterLane, number>>
  /** Called once, when the first job fails: the directory is offline. */
  readonly onFailure: (error: StorageError) => void
}

interface Lane {
  readonly maxConcurrent: number
  /** In the order of asking. */
  readonly waiting: Set<WritableLog>
  readonly running: Map<WritableLog, Promise<void>>
}

/**
 * Writes and flushes the logs of one data directory. While a job runs, appends gather for the next one, so that the
 * busier a disk is, the larger its writes and the more appends share a flush. Nothing is retried: after a failed write
 * or flush nobody knows what the file holds, so the directory is offline until a restart has recovered it.
 */
export class LogWriter {
  readonly #options: LogWriterOptions
  readonly #lanes: Readonly<Record<WriterLane, Lane>>
  readonly #suspended = new Set<WritableLog>()
  #isPumpScheduled = false
  #failure: StorageError | undefined

  constructor(options: LogWriterOptions) {
    this.#options = options
    const lane = (maxConcurrent: number): Lane => ({ maxConcurrent, waiting: new Set(), running: new Map() })
    this.#lanes = {
      write: lane(options.maxConcurrent.write),
      flush: lane(options.maxConcurrent.flush),
      upkeep: lane(options.maxConcurrent.upkeep),
    }
  }

  get directory(): string {
    return this.#options.directory
  }

  /** Why the directory is offline; undefined while it is not. */
  get failure(): StorageError | undefined {
    return this.#failure
  }

  /** Has the log's job of this kind run soon; once more where it is running already. */
  request(lane: WriterLane, log: WritableLog): void {
    if (this.#failure !== undefined || this.#suspended.has(log)) return
    this.#lanes[lane].waiting.add(log)
    if (this.#isPumpScheduled) return
    this.#isPumpScheduled = true
    queueMicrotask(() => {
      this.#isPumpScheduled = false
      for (const kind of LANES) this.#pump(kind)
    })
  }

  /** Resolves once no job of the log is under way; none begins until `resume`. */
  async suspend(log: WritableLog): Promise<void> {
    this.#suspended.add(log)
    for (const kind of LANES) this.#lanes[kind].waiting.delete(log)
    await Promise.all(LANES.map(kind => this.#lanes[kind].running.get(log)))
  }

  resume(log: WritableLog): void {
    this.#suspended.delete(log)
  }

  /** Takes the directory offline. The first failure counts. */
  fail(error: unknown, doing: string): StorageError {
    if (this.#failure === undefined) {
      const { directory, onFailure } = this.#options
      this.#failure = new StorageError({ directory, message: `Failed to ${doing}`, cause: error })
      for (const kind of LANES) this.#lanes[kind].waiting.clear()
      onFailure(this.#failure)
    }
    return this.#failure
  }

  /**
   * Runs `action`, taking the directory offline where the disk fails. Rejects with `StorageError` then, and at once where
   * the directory is offline already; other rejections are passed on.
   */
  async guard<T>(doing: string, action: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await action()
    } catch (error) {
      throw error instanceof DiskError ? this.fail(error, doing) : error
    }
  }

  #pump(kind: WriterLane): void {
    const lane = this.#lanes[kind]
    for (const log of lane.waiting) {
      if (lane.running.size >= lane.maxConcurrent) return
      if (lane.running.has(log)) continue
      lane.waiting.delete(log)
      lane.running.set(log, this.#run(kind, log))
    }
  }

  async #run(kind: WriterLane, log: WritableLog): Promise<void> {
    // The caller notes the job before it can end.
    await undefined
    try {
      if (this.#failure === undefined) await log[kind]()
    } catch (error) {
      this.fail(error, `${kind} ${log.name}`)
    }
    this.#lanes[kind].running.delete(log)
    this.#pump(kind)
  }
}

const LANES: readonly WriterLane[] = ['write', 'flush', 'upkeep']
