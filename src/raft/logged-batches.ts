import type { LoggedBatch, LoggedRecord } from '../machine/record-writer.ts'
import { parseBatches } from '../protocol/records/batch-parser.ts'
import { type KafkaRecord, readRecords } from '../protocol/records/record.ts'
import {
  isControlBatch,
  readBaseOffset,
  readLastOffset,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
} from '../protocol/records/record-batch.ts'

/** A batch of the metadata log or of a snapshot. Control batches come without records. */
export interface MetadataLogBatch extends LoggedBatch {
  readonly baseOffset: number
  /** Inclusive. */
  readonly lastOffset: number
  readonly appendTimestampMs: number
  readonly sizeBytes: number
  /** The records of a control batch. */
  readonly controlRecords: readonly KafkaRecord[]
}

/** The metadata log is damaged where it counts: the node cannot go on. */
export class MetadataLogError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MetadataLogError'
  }
}

/** The batches of whole, uncompressed bytes, in order. `source` names them in the error. */
export function readLoggedBatches(bytes: Buffer, source: string): MetadataLogBatch[] {
  const batches: MetadataLogBatch[] = []
  const end = parseBatches(bytes, {
    onBatch(buffer, position, sizeBytes) {
      batches.push(readLoggedBatch(buffer, position, sizeBytes))
      return 'continue'
    },
  })
  if (end.kind !== 'done')
    throw new MetadataLogError(`${source} is damaged at byte ${end.position} (${end.kind})`)
  return batches
}

function readLoggedBatch(buffer: Buffer, position: number, sizeBytes: number): MetadataLogBatch {
  const isControl = isControlBatch(buffer, position)
  const all = [...readRecords(buffer, position)]
  return {
    baseOffset: readBaseOffset(buffer, position),
    lastOffset: readLastOffset(buffer, position),
    leaderEpoch: readPartitionLeaderEpoch(buffer, position),
    appendTimestampMs: Number(readMaxTimestamp(buffer, position)),
    sizeBytes,
    producer: undefined,
    endTransaction: undefined,
    records: isControl ? [] : all.map(loggedRecord),
    controlRecords: isControl ? all : [],
  }
}

function loggedRecord({ offset, timestamp, key, value }: KafkaRecord): LoggedRecord {
  return { offset, timestampMs: Number(timestamp), key, value }
}
