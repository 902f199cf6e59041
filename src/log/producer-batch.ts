import {
  ControlRecordType,
  decodeControlRecordKey,
  decodeEndTransactionMarker,
} from '../protocol/records/control-record.ts'
import { openRecords, recordTimestamp } from '../protocol/records/record.ts'
import {
  isControlBatch,
  isTransactional,
  readBaseSequence,
  readBaseTimestamp,
  readLastOffsetDelta,
  readLastSequence,
  readMaxTimestamp,
  readProducerEpoch,
  readProducerId,
} from '../protocol/records/record-batch.ts'

/** The end of a transaction on a partition, as a control batch tells it. */
export interface TransactionMarker {
  readonly result: 'commit' | 'abort'
  readonly coordinatorEpoch: number
  readonly timestamp: bigint
}

/** What the producer state needs to know of a batch with a producer id. */
export interface ProducerBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: bigint
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** Undefined for data, and for a control batch that holds no marker (any more: compaction empties them). */
  readonly marker: TransactionMarker | undefined
}

/**
 * Reads the batch of magic 2 at `position`, as if it began at `baseOffset`; undefined for a batch without a producer id.
 * Looks into the records of control batches alone, which are never compressed.
 */
export function readProducerBatch(
  buffer: Buffer,
  position: number,
  baseOffset: number,
): ProducerBatch | undefined {
  const producerId = readProducerId(buffer, position)
  if (producerId < 0) return undefined
  const isControl = isControlBatch(buffer, position)
  return {
    producerId,
    producerEpoch: readProducerEpoch(buffer, position),
    baseSequence: readBaseSequence(buffer, position),
    lastSequence: readLastSequence(buffer, position),
    baseOffset,
    lastOffset: baseOffset + readLastOffsetDelta(buffer, position),
    maxTimestamp: readMaxTimestamp(buffer, position),
    isTransactional: isTransactional(buffer, position),
    isControl,
    marker: isControl ? readMarker(buffer, position) : undefined,
  }
}

function readMarker(buffer: Buffer, position: number): TransactionMarker | undefined {
  const cursor = openRecords(buffer, position)
  if (!cursor.advance()) return undefined
  const type = decodeControlRecordKey(cursor.key())
  if (type !== ControlRecordType.COMMIT && type !== ControlRecordType.ABORT) return undefined
  const coordinatorEpoch = decodeEndTransactionMarker(cursor.value())
  if (coordinatorEpoch === undefined) return undefined
  return {
    result: type === ControlRecordType.COMMIT ? 'commit' : 'abort',
    coordinatorEpoch,
    timestamp: recordTimestamp(readBaseTimestamp(buffer, position), cursor),
  }
}
