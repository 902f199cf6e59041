import { NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP } from '../protocol/records/record-batch.ts'

/** How many of a producer's batches are remembered: its requests in flight, any of which may come twice. */
export const BATCHES_TO_RETAIN = 5

/** What is remembered of one appended batch (Kafka's BatchMetadata). */
export interface AppendedBatch {
  readonly lastSequence: number
  readonly lastOffset: number
  /** Last offset less first offset, and last sequence less first sequence. */
  readonly offsetDelta: number
  readonly timestamp: bigint
}

/** What a log knows of a producer id (Kafka's ProducerStateEntry). Changed in place by `ProducerState` alone. */
export interface ProducerEntry {
  readonly producerId: number
  producerEpoch: number
  /** Of the last marker; -1 before the first. */
  coordinatorEpoch: number
  lastTimestamp: bigint
  currentTransactionFirstOffset: number | undefined
  /** At most `BATCHES_TO_RETAIN`, oldest first, all of `producerEpoch`. */
  batches: AppendedBatch[]
}

export function emptyProducerEntry(producerId: number): ProducerEntry {
  return {
    producerId,
    producerEpoch: NO_PRODUCER_EPOCH,
    coordinatorEpoch: -1,
    lastTimestamp: NO_TIMESTAMP,
    currentTransactionFirstOffset: undefined,
    batches: [],
  }
}

export function lastSequenceOf(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? NO_SEQUENCE
}

/** Sequence numbers wrap from 2^31-1 to 0. */
function firstSequenceOf({ lastSequence, offsetDelta }: AppendedBatch): number {
  return lastSequence >= offsetDelta ? lastSequence - offsetDelta : lastSequence - offsetDelta + 0x8000_0000
}

/** The remembered batch with the same epoch and sequence numbers, if there is one. */
export function findDuplicate(
  entry: ProducerEntry,
  batch: { producerEpoch: number; baseSequence: number; lastSequence: number },
): AppendedBatch | undefined {
  if (batch.producerEpoch !== entry.producerEpoch) return undefined
  return entry.batches.find(
    known => known.lastSequence === batch.lastSequence && firstSequenceOf(known) === batch.baseSequence,
  )
}
