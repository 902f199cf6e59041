import type {
  AppendedRecords,
  EndTransactionToAppend,
  RecordsToAppend,
  RecordWriter,
} from '../machine/record-writer.ts'
import type { MetadataLog } from './metadata-log.ts'

/** As in Apache Kafka (KafkaRaftClient.MAX_BATCH_SIZE_BYTES). */
const MAX_BATCH_BYTES = 8 * 1024 * 1024

/** How the controller writes to the metadata log while this node leads it; one per leadership. */
export class LeaderWriter implements RecordWriter {
  readonly leaderEpoch: number
  readonly maxBatchBytes = MAX_BATCH_BYTES
  readonly #log: MetadataLog
  readonly #notLeader: () => Error
  readonly #listeners = new Set<() => void>()
  #highWatermark: number
  #isOver = false

  constructor(options: { epoch: number; log: MetadataLog; highWatermark: number; notLeader: () => Error }) {
    this.leaderEpoch = options.epoch
    this.#log = options.log
    this.#highWatermark = options.highWatermark
    this.#notLeader = options.notLeader
  }

  get endOffset(): number {
    return this.#log.endOffset
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  append({ records, timestampMs }: RecordsToAppend): AppendedRecords {
    if (this.#isOver) throw this.#notLeader()
    return this.#log.append({
      epoch: this.leaderEpoch,
      records: records.map(({ key, value }) => ({ key, value, timestamp: timestampMs })),
    })
  }

  /** There are no transactions of producers in the metadata log. */
  appendEndTransaction(_marker: EndTransactionToAppend): AppendedRecords {
    throw new Error('the metadata log takes no transaction markers')
  }

  onHighWatermark(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** For the driver: everything below `offset` is committed. */
  advance(offset: number): void {
    this.#highWatermark = offset
    for (const listener of [...this.#listeners]) listener()
  }

  /** For the driver: the leadership is over. */
  end(): void {
    this.#isOver = true
    this.#listeners.clear()
  }
}
