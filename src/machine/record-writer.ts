import type { ProducerIdAndEpoch, TransactionResult } from './machine.ts'
import type { SerializedRecord } from './record-codec.ts'

/** Records that become one batch. */
export interface RecordsToAppend {
  readonly records: readonly SerializedRecord[]
  readonly timestampMs: number
  /** The batch is transactional. */
  readonly producer: ProducerIdAndEpoch | undefined
}

export interface EndTransactionToAppend {
  readonly producer: ProducerIdAndEpoch
  readonly result: TransactionResult
  readonly coordinatorEpoch: number
  readonly timestampMs: number
}

/** Offsets of what was appended, the end exclusive. */
export interface AppendedRecords {
  readonly baseOffset: number
  readonly endOffset: number
}

/**
 * The log of a machine while this node leads it; `replica/` and `raft/` implement it. One writer is one leadership:
 * once it is lost, appends throw for good and the high watermark stands still.
 */
export interface RecordWriter {
  readonly leaderEpoch: number
  /** Where the next append begins. */
  readonly endOffset: number
  /** What lies below survives any change of leader. */
  readonly highWatermark: number
  /** The largest batch that is accepted, header included. */
  readonly maxBatchBytes: number
  /**
   * Appends one batch to the log in memory, at once. Throws the error that the command is to fail with when this node
   * does not lead any more or there are too few in-sync replicas; nothing is appended then.
   */
  append(batch: RecordsToAppend): AppendedRecords
  /** Appends a transaction marker. As `append`. */
  appendEndTransaction(marker: EndTransactionToAppend): AppendedRecords
  /** `listener` is called whenever the high watermark has grown. Returns how to stop that. */
  onHighWatermark(listener: () => void): () => void
}

/** One batch read back from the log, in order of offsets. Compaction leaves gaps between records. */
export interface LoggedBatch {
  readonly leaderEpoch: number
  readonly producer: ProducerIdAndEpoch | undefined
  /** Set for a marker, which has no records. Batches of other control records come with no records or not at all. */
  readonly endTransaction: TransactionResult | undefined
  readonly records: readonly LoggedRecord[]
}

export interface LoggedRecord extends SerializedRecord {
  readonly offset: number
  readonly timestampMs: number
}
