import { ErrorCode } from '../protocol/error-code.ts'
import { NO_PRODUCER_EPOCH, NO_SEQUENCE } from '../protocol/records/record-batch.ts'
import type { ProducerBatch, TransactionMarker } from './producer-batch.ts'
import {
  type AppendedBatch,
  BATCHES_TO_RETAIN,
  emptyProducerEntry,
  findDuplicate,
  lastSequenceOf,
  type ProducerEntry,
} from './producer-entry.ts'

const MAX_PRODUCER_EPOCH = 0x7fff
const MAX_SEQUENCE = 0x7fff_ffff

/** Who wrote a batch that the producer state is to take in; `replication` covers recovery, too: it is believed. */
export type ProducerOrigin = 'client' | 'coordinator' | 'raft-leader' | 'replication'

/** Kafka's error code for a batch that the producer state refuses. */
export interface ProducerRejection {
  readonly errorCode: ErrorCode
  readonly message: string
}

/** A transaction on this partition that has ended; aborted ones go to the transaction index. */
export interface CompletedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** The marker's offset. */
  readonly lastOffset: number
  readonly isAborted: boolean
  /** The last stable offset once this transaction has ended (replication aside). */
  readonly lastStableOffset: number
}

/** Stands for one verification of a transaction with its coordinator (KIP-890); compared by identity. */
export interface VerificationGuard {
  readonly producerId: number
}

interface Verification {
  readonly guard: VerificationGuard
  readonly createdMs: number
  /** The client's transactions raise its epoch each time, so a first batch has sequence 0. */
  readonly supportsEpochBump: boolean
  lowestSequence: number
  producerEpoch: number
}

interface OpenTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** A transaction whose marker is above the high watermark. */
interface UnreplicatedTransaction {
  readonly firstOffset: number
  readonly lastOffset: number
}

/**
 * What a log knows of its producers (Kafka's ProducerStateManager and ProducerAppendInfo): the last batches of each,
 * so that repetitions and gaps are noticed, and the transactions that hold the last stable offset back. Pure; a batch is
 * first asked about (`findDuplicate`, `check`), then taken in (`append`).
 */
export class ProducerState {
  readonly #producers = new Map<number, ProducerEntry>()
  readonly #verifications = new Map<number, Verification>()
  /** By first offset, ascending. */
  #open: OpenTransaction[] = []
  #unreplicated: UnreplicatedTransaction[] = []
  #endOffset: number

  /** `endOffset`: everything before it is taken in. */
  constructor({ endOffset, producers = [] }: { endOffset: number; producers?: readonly ProducerEntry[] }) {
    this.#endOffset = endOffset
    for (const entry of producers) {
      this.#producers.set(entry.producerId, entry)
      const firstOffset = entry.currentTransactionFirstOffset
      if (firstOffset !== undefined) this.#open.push({ producerId: entry.producerId, firstOffset })
    }
    this.#open.sort((one, other) => one.firstOffset - other.firstOffset)
  }

  get endOffset(): number {
    return this.#endOffset
  }

  get count(): number {
    return this.#producers.size
  }

  entries(): IterableIterator<ProducerEntry> {
    return this.#producers.values()
  }

  get(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId)
  }

  hasOpenTransaction(producerId: number): boolean {
    return this.#producers.get(producerId)?.currentTransactionFirstOffset !== undefined
  }

  /** The first offset of a transaction that is open or that ended above the high watermark; undefined without one. */
  get firstUnstableOffset(): number | undefined {
    let first = this.#open[0]?.firstOffset
    for (const { firstOffset } of this.#unreplicated) {
      if (first === undefined || firstOffset < first) first = firstOffset
    }
    return first
  }

  /** The earlier append that `batch` repeats. */
  findDuplicate(batch: ProducerBatch): AppendedBatch | undefined {
    const entry = this.#producers.get(batch.producerId)
    return entry === undefined ? undefined : findDuplicate(entry, batch)
  }

  /** Why `batch` cannot be appended; undefined when it can. `transactionVersion` is the one of the marker's writer. */
  check(
    batch: ProducerBatch,
    { origin, transactionVersion = 0 }: { origin: ProducerOrigin; transactionVersion?: number },
  ): ProducerRejection | undefined {
    if (origin === 'replication') return undefined
    const entry = this.#producers.get(batch.producerId) ?? emptyProducerEntry(batch.producerId)
    if (batch.isControl) {
      return batch.marker === undefined
        ? undefined
        : checkMarker(entry, batch, batch.marker, { transactionVersion })
    }
    const refused = checkEpoch(entry, batch)
    if (refused !== undefined) return refused
    if (origin === 'client') {
      const verification = this.#verifications.get(batch.producerId)
      const outOfOrder = checkVerified(entry, batch, verification) ?? checkSequence(entry, batch)
      if (outOfOrder !== undefined) return outOfOrder
    }
    if (entry.currentTransactionFirstOffset !== undefined && !batch.isTransactional) {
      return {
        errorCode: ErrorCode.INVALID_TXN_STATE,
        message: `producer ${batch.producerId} has a transaction open and wrote without it`,
      }
    }
    return undefined
  }

  /** Takes in a batch that has its offsets. Returns the transaction that it ends, if it ends one. */
  append(batch: ProducerBatch): CompletedTransaction | undefined {
    let entry = this.#producers.get(batch.producerId)
    if (entry === undefined) {
      if (batch.isControl && batch.marker === undefined) return undefined
      entry = emptyProducerEntry(batch.producerId)
      this.#producers.set(batch.producerId, entry)
    }
    if (batch.isTransactional) this.#verifications.delete(batch.producerId)
    if (batch.isControl) {
      return batch.marker === undefined ? undefined : this.#endTransaction(entry, batch, batch.marker)
    }
    if (entry.producerEpoch !== batch.producerEpoch) {
      entry.producerEpoch = batch.producerEpoch
      entry.batches = []
    }
    if (entry.batches.length === BATCHES_TO_RETAIN) entry.batches.shift()
    entry.batches.push({
      lastSequence: batch.lastSequence,
      lastOffset: batch.lastOffset,
      offsetDelta: batch.lastOffset - batch.baseOffset,
      timestamp: batch.maxTimestamp,
    })
    entry.lastTimestamp = batch.maxTimestamp
    if (batch.isTransactional && entry.currentTransactionFirstOffset === undefined) {
      entry.currentTransactionFirstOffset = batch.baseOffset
      this.#open.push({ producerId: batch.producerId, firstOffset: batch.baseOffset })
    }
    return undefined
  }

  #endTransaction(
    entry: ProducerEntry,
    batch: ProducerBatch,
    marker: TransactionMarker,
  ): CompletedTransaction | undefined {
    const firstOffset = entry.currentTransactionFirstOffset
    if (entry.producerEpoch !== batch.producerEpoch) {
      entry.producerEpoch = batch.producerEpoch
      entry.batches = []
    }
    entry.coordinatorEpoch = marker.coordinatorEpoch
    entry.lastTimestamp = marker.timestamp
    entry.currentTransactionFirstOffset = undefined
    if (firstOffset === undefined) return undefined
    this.#open = this.#open.filter(open => open.producerId !== entry.producerId)
    const lastOffset = batch.baseOffset
    this.#unreplicated.push({ firstOffset, lastOffset })
    return {
      producerId: entry.producerId,
      firstOffset,
      lastOffset,
      isAborted: marker.result === 'abort',
      lastStableOffset: this.#open[0]?.firstOffset ?? lastOffset + 1,
    }
  }

  /** Everything before `offset` is taken in, producers or not. */
  advanceTo(offset: number): void {
    this.#endOffset = offset
  }

  /** Transactions whose marker is below the high watermark hold nothing back any more. */
  onHighWatermarkUpdated(highWatermark: number): void {
    if (this.#unreplicated.length === 0) return
    this.#unreplicated = this.#unreplicated.filter(({ lastOffset }) => lastOffset >= highWatermark)
  }

  onLogStartOffsetIncremented(logStartOffset: number): void {
    this.onHighWatermarkUpdated(logStartOffset)
    this.#endOffset = Math.max(this.#endOffset, logStartOffset)
  }

  /** Forgets producers without a transaction that have written nothing for `expirationMs`, and verifications as old. */
  removeExpired({ nowMs, expirationMs }: { nowMs: number; expirationMs: number }): void {
    const expiredBefore = BigInt(Math.floor(nowMs - expirationMs))
    for (const entry of this.#producers.values()) {
      if (isExpired(entry, expiredBefore)) this.#producers.delete(entry.producerId)
    }
    for (const [producerId, { createdMs }] of this.#verifications) {
      if (nowMs - createdMs >= expirationMs) this.#verifications.delete(producerId)
    }
  }

  // ---- verification of transactions (KIP-890)

  /** Begins, or goes on with, the verification of a producer's first batch of a transaction; undefined when it has one open. */
  startVerification(first: {
    producerId: number
    producerEpoch: number
    baseSequence: number
    supportsEpochBump: boolean
    nowMs: number
  }): VerificationGuard | undefined {
    const { producerId, producerEpoch, baseSequence } = first
    if (this.hasOpenTransaction(producerId)) return undefined
    const known = this.#verifications.get(producerId)
    if (known === undefined) {
      const guard = { producerId }
      this.#verifications.set(producerId, {
        guard,
        createdMs: first.nowMs,
        supportsEpochBump: first.supportsEpochBump,
        lowestSequence: baseSequence,
        producerEpoch,
      })
      return guard
    }
    if (producerEpoch > known.producerEpoch) {
      known.producerEpoch = producerEpoch
      known.lowestSequence = baseSequence
    } else if (producerEpoch === known.producerEpoch && baseSequence < known.lowestSequence) {
      known.lowestSequence = baseSequence
    }
    return known.guard
  }

  /** Whether `guard` is the verification that is under way for its producer. */
  isVerified(producerId: number, guard: VerificationGuard | undefined): boolean {
    return guard !== undefined && this.#verifications.get(producerId)?.guard === guard
  }
}

/** Kafka compares with the timestamps of the records (ProducerStateManager.isProducerExpired). */
export function isExpired(entry: ProducerEntry, expiredBefore: bigint): boolean {
  return entry.currentTransactionFirstOffset === undefined && entry.lastTimestamp <= expiredBefore
}

function checkEpoch(entry: ProducerEntry, batch: ProducerBatch): ProducerRejection | undefined {
  if (batch.producerEpoch >= entry.producerEpoch) return undefined
  return {
    errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    message: `epoch ${batch.producerEpoch} of producer ${batch.producerId} is older than ${entry.producerEpoch}`,
  }
}

function checkVerified(
  entry: ProducerEntry,
  batch: ProducerBatch,
  verification: Verification | undefined,
): ProducerRejection | undefined {
  if (verification === undefined) return undefined
  const { baseSequence } = batch
  const startsLate = verification.supportsEpochBump && baseSequence !== 0 && entry.batches.length === 0
  if (!startsLate && baseSequence <= verification.lowestSequence) return undefined
  return outOfOrder(batch, startsLate ? NO_SEQUENCE : verification.lowestSequence - 1)
}

function checkSequence(entry: ProducerEntry, batch: ProducerBatch): ProducerRejection | undefined {
  // Nothing is known of the producer: it is new here, expired, or its records are gone. Any sequence may go on.
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return undefined
  const lastSequence = entry.producerEpoch === batch.producerEpoch ? lastSequenceOf(entry) : NO_SEQUENCE
  const expected = lastSequence === MAX_SEQUENCE ? 0 : lastSequence + 1
  return batch.baseSequence === expected ? undefined : outOfOrder(batch, lastSequence)
}

function outOfOrder(batch: ProducerBatch, lastSequence: number): ProducerRejection {
  return {
    errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    message: `sequence ${batch.baseSequence} of producer ${batch.producerId} in epoch ${batch.producerEpoch} does not follow ${lastSequence}`,
  }
}

function checkMarker(
  entry: ProducerEntry,
  batch: ProducerBatch,
  marker: TransactionMarker,
  { transactionVersion }: { transactionVersion: number },
): ProducerRejection | undefined {
  const { producerEpoch, producerId } = batch
  // From version 2 on a marker raises the epoch; one that does not is a zombie's, unless it repeats a marker.
  const isRepetition =
    producerEpoch === entry.producerEpoch &&
    (entry.currentTransactionFirstOffset === undefined || producerEpoch === MAX_PRODUCER_EPOCH)
  const isOld =
    transactionVersion >= 2
      ? producerEpoch <= entry.producerEpoch && !isRepetition
      : producerEpoch < entry.producerEpoch
  if (isOld) {
    return {
      errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
      message: `a marker with epoch ${producerEpoch} for producer ${producerId}, which is at ${entry.producerEpoch}`,
    }
  }
  if (marker.coordinatorEpoch < entry.coordinatorEpoch) {
    return {
      errorCode: ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      message: `a marker of coordinator epoch ${marker.coordinatorEpoch} for producer ${producerId}, after ${entry.coordinatorEpoch}`,
    }
  }
  return undefined
}
