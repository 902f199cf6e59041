import type { DelayedOperation } from '../machine/delayed-operations.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { DeletedRecords, Partition } from './partition.ts'

/** One partition's answer to DeleteRecords. */
export interface DeleteRecordsResult {
  readonly errorCode: ErrorCode
  /** The lowest log start offset of all replicas; undefined with an error. */
  readonly lowWatermark: number | undefined
}

export interface DeletingPartition {
  readonly partition: Partition | undefined
  readonly deleted: DeletedRecords
}

/** DeleteRecords that waits until every replica that is there has moved its log's start (Kafka's DelayedDeleteRecords). */
export class DelayedDeleteRecords implements DelayedOperation {
  readonly #deleting: readonly DeletingPartition[]
  readonly #complete: (results: DeleteRecordsResult[]) => void

  constructor(options: {
    deleting: readonly DeletingPartition[]
    complete: (results: DeleteRecordsResult[]) => void
  }) {
    this.#deleting = options.deleting
    this.#complete = options.complete
  }

  /** What it waits under. */
  get keys(): Partition[] {
    return this.#deleting.flatMap(({ partition }) => (partition === undefined ? [] : [partition]))
  }

  tryComplete(): boolean {
    const results = this.#deleting.map(deleting => resultOf(deleting))
    if (results.some(result => result === undefined)) return false
    this.#complete(results as DeleteRecordsResult[])
    return true
  }

  onExpiration(): void {
    this.#complete(this.#deleting.map(deleting => resultOf(deleting) ?? failed(ErrorCode.REQUEST_TIMED_OUT)))
  }
}

function failed(errorCode: ErrorCode): DeleteRecordsResult {
  return { errorCode, lowWatermark: undefined }
}

/** Undefined while a replica is behind. */
function resultOf({ partition, deleted }: DeletingPartition): DeleteRecordsResult | undefined {
  const { errorCode, requestedOffset } = deleted
  if (partition === undefined || requestedOffset === undefined) return failed(errorCode)
  const problem = partition.check({ currentLeaderEpoch: undefined, leaderOnly: true })
  if (problem !== ErrorCode.NONE) return failed(problem)
  const { lowWatermark } = partition
  if (lowWatermark === undefined || lowWatermark < requestedOffset) return undefined
  return { errorCode: ErrorCode.NONE, lowWatermark }
}
