import type {
  AppendedRecords,
  EndTransactionToAppend,
  RecordsToAppend,
  RecordWriter,
} from '../machine/record-writer.ts'
import { ApiError, ErrorCode } from '../protocol/error-code.ts'
import {
  ControlRecordType,
  encodeControlRecordKey,
  encodeEndTransactionMarker,
} from '../protocol/records/control-record.ts'
import { buildRecordBatch } from '../protocol/records/record-batch-builder.ts'
import type { Partition } from './partition.ts'

/**
 * A state machine's way into a partition's log (Kafka's PartitionWriter), for one leadership of it. What it refuses it throws as
 * `ApiError`: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, or what the log says.
 */
export class PartitionRecordWriter implements RecordWriter {
  readonly leaderEpoch: number
  readonly #partition: Partition

  /** `partition` is led by this broker in this epoch. */
  constructor(partition: Partition, { leaderEpoch }: { leaderEpoch: number }) {
    this.#partition = partition
    this.leaderEpoch = leaderEpoch
  }

  get endOffset(): number {
    return this.#partition.log.logEndOffset
  }

  get highWatermark(): number {
    return this.#partition.highWatermark
  }

  get maxBatchBytes(): number {
    return this.#partition.config.maxMessageBytes
  }

  append({ records, timestampMs, producer }: RecordsToAppend): AppendedRecords {
    const batch = buildRecordBatch(
      records.map(({ key, value }) => ({ key, value, timestamp: timestampMs })),
      { isTransactional: producer !== undefined, ...producer },
    )
    return this.#append(batch)
  }

  appendEndTransaction({
    producer,
    result,
    coordinatorEpoch,
    timestampMs,
  }: EndTransactionToAppend): AppendedRecords {
    const type = result === 'commit' ? ControlRecordType.COMMIT : ControlRecordType.ABORT
    const marker = {
      key: encodeControlRecordKey(type),
      value: encodeEndTransactionMarker(coordinatorEpoch),
      timestamp: timestampMs,
    }
    return this.#append(
      buildRecordBatch([marker], { isTransactional: true, isControlBatch: true, ...producer }),
    )
  }

  #append(batch: Buffer): AppendedRecords {
    const partition = this.#partition
    if (!partition.isLeader || partition.leaderEpoch !== this.leaderEpoch) {
      throw new ApiError(ErrorCode.NOT_LEADER_OR_FOLLOWER, `${partition.name} has another leader by now.`)
    }
    const result = partition.appendFromCoordinator(batch)
    if (result.outcome === 'rejected') throw new ApiError(result.errorCode as ErrorCode, result.message)
    return { baseOffset: result.baseOffset, endOffset: result.endOffset }
  }

  onHighWatermark(listener: () => void): () => void {
    return this.#partition.onHighWatermark(() => {
      if (this.#partition.leaderEpoch === this.leaderEpoch) listener()
    })
  }
}
