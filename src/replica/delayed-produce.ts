import type { DelayedOperation } from '../machine/delayed-operations.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { Partition } from './partition.ts'
import { failedAfterAppend, type PartitionAppend } from './partition-append.ts'

/** Records that have been appended, or refused: then `partition` does not matter. */
export interface ProducedPartition {
  readonly partition: Partition | undefined
  readonly append: PartitionAppend
}

const TIMED_OUT = {
  errorCode: ErrorCode.REQUEST_TIMED_OUT,
  message: 'The records were not acknowledged in time. They may still be.',
}
const NOT_LEADER = {
  errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
  message: 'This broker ceased to lead the partition before the records were acknowledged.',
}
const DISK_FAILED = {
  errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
  message: 'The disk failed before the records were acknowledged.',
}
const TOO_FEW_REPLICAS = {
  errorCode: ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  message: 'The records were appended, but fewer replicas are in sync than min.insync.replicas asks for.',
}

/**
 * A Produce request that waits for its acknowledgements (Kafka's DelayedProduce): with acks=1 until its records are in
 * the leader's file, with acks=all until they are below the high watermark, each partition on its own. A repeated batch waits
 * as its original does.
 */
export class DelayedProduce implements DelayedOperation {
  readonly #requiredAcks: 1 | -1
  readonly #appends: PartitionAppend[]
  readonly #complete: (appends: PartitionAppend[]) => void
  /** Indexes of those without an answer. */
  #waiting: number[] = []
  readonly #partitions: readonly (Partition | undefined)[]

  constructor(options: {
    requiredAcks: 1 | -1
    produced: readonly ProducedPartition[]
    complete: (appends: PartitionAppend[]) => void
  }) {
    this.#requiredAcks = options.requiredAcks
    this.#partitions = options.produced.map(({ partition }) => partition)
    this.#appends = options.produced.map(({ append }) => append)
    this.#complete = options.complete
    options.produced.forEach(({ partition, append }, index) => {
      if (partition !== undefined && append.errorCode === ErrorCode.NONE) this.#waiting.push(index)
    })
  }

  /** What it waits under. */
  get keys(): Partition[] {
    return [...new Set(this.#waiting.map(index => this.#partitions[index] as Partition))]
  }

  tryComplete(): boolean {
    this.#waiting = this.#waiting.filter(index => !this.#tryPartition(index))
    if (this.#waiting.length > 0) return false
    this.#complete(this.#appends)
    return true
  }

  #tryPartition(index: number): boolean {
    const partition = this.#partitions[index] as Partition
    const append = this.#appends[index] as PartitionAppend
    const failed = (error: { errorCode: ErrorCode; message: string }): true => {
      this.#appends[index] = failedAfterAppend(append, error)
      return true
    }
    if (partition.isOffline) return failed(DISK_FAILED)
    if (this.#requiredAcks === 1 && partition.isWritten(append.endOffset)) return true
    const state = partition.ackState(append.endOffset)
    if (state === undefined) return failed(NOT_LEADER)
    if (this.#requiredAcks === 1 || state === 'waiting') return false
    return state === 'acknowledged' ? true : failed(TOO_FEW_REPLICAS)
  }

  onExpiration(): void {
    for (const index of this.#waiting) {
      this.#appends[index] = failedAfterAppend(this.#appends[index] as PartitionAppend, TIMED_OUT)
    }
    this.#complete(this.#appends)
  }
}
