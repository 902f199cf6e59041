import { ErrorCode } from '../protocol/error-code.ts'
import { parseBatches } from '../protocol/records/batch-parser.ts'
import {
  readBaseOffset,
  readLastOffset,
  readLastOffsetDelta,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
  readProducerId,
  readSizeBytes,
  writeBaseOffset,
  writePartitionLeaderEpoch,
} from '../protocol/records/record-batch.ts'
import { MAX_RELATIVE_OFFSET } from './log-segment.ts'
import { type LogState, nameOf, rollSegment } from './log-state.ts'
import { type ProducerBatch, readProducerBatch } from './producer-batch.ts'
import type { VerificationGuard } from './producer-state.ts'

/**
 * Who appends, which says how much is checked (Kafka's AppendOrigin):
 * - `client`: sequence numbers, epochs, duplicates.
 * - `coordinator`: epochs only (offset commits and markers carry no sequence).
 * - `raft-leader`: the metadata log's own batches.
 */
export type AppendOrigin = 'client' | 'coordinator' | 'raft-leader'

/** What was appended, or the earlier append that this one repeats. */
export interface AppendedRange {
  readonly baseOffset: number
  readonly lastOffset: number
  /** The offset right behind the range: an ack waits until written, flushed or high watermark reach it. */
  readonly endOffset: number
  /** The largest timestamp of the range. */
  readonly maxTimestamp: bigint
}

/**
 * - `appended`: the range is in the log, in memory; see `writtenEndOffset` and `flushedEndOffset`.
 * - `duplicate`: an idempotent producer's repetition of one of its last five batches; nothing was appended, the range
 *   is the original's. Answer it no sooner than the original: wait for its `endOffset` in the same way.
 * - `rejected`: nothing was appended; `errorCode` is Kafka's.
 */
export type AppendResult =
  | ({ readonly outcome: 'appended' } & AppendedRange)
  | ({ readonly outcome: 'duplicate' } & AppendedRange)
  | Rejected

type Rejected = { readonly outcome: 'rejected'; readonly errorCode: ErrorCode; readonly message: string }

export interface LeaderAppend {
  /**
   * One or more whole v2 batches that `validateForAppend` has passed or that the broker has built. Owned by the log
   * from now on: their base offset and leader epoch are written into them, reads hand out slices of them, and nobody
   * may ever write to that memory again.
   */
  readonly records: Buffer
  readonly leaderEpoch: number
  readonly origin: AppendOrigin
  /** The verification that a transaction's first batch has passed (`startTransactionVerification`). */
  readonly verificationGuard?: VerificationGuard | undefined
  /** For markers: the transaction version that their coordinator told (WriteTxnMarkers v2); 0 by default. */
  readonly transactionVersion?: number
}

export interface FollowerAppend {
  /** v2 batches as fetched from the leader, offsets and epochs in them. Owned by the log, as above. */
  readonly records: Buffer
  /** The leader epoch that the fetch was for: a batch of a later one, and what follows it, is left out. */
  readonly leaderEpoch: number
}

/** Takes batches in as their leader. Nothing is changed unless all of them are accepted. */
export function appendAsLeader(state: LogState, append: LeaderAppend): AppendResult {
  const { records, leaderEpoch } = append
  const baseOffset = state.logEndOffset
  const refused = checkSize(state, records) ?? checkProducers(state, append)
  if (refused !== undefined) return refused
  let offset = baseOffset
  for (let at = 0; at < records.length; at += readSizeBytes(records, at)) {
    writeBaseOffset(records, at, offset)
    writePartitionLeaderEpoch(records, at, leaderEpoch)
    offset += readLastOffsetDelta(records, at) + 1
  }
  return { outcome: 'appended', ...commit(state, records) }
}

/** Takes batches in with the offsets and epochs that their leader gave them. */
export function appendAsFollower(state: LogState, { records, leaderEpoch }: FollowerAppend): AppendResult {
  let nextOffset = state.logEndOffset
  let problem: string | undefined
  const end = parseBatches(records, {
    onBatch: (buffer, position) => {
      if (readPartitionLeaderEpoch(buffer, position) > leaderEpoch) return 'stop'
      const baseOffset = readBaseOffset(buffer, position)
      if (baseOffset < nextOffset || readLastOffset(buffer, position) < baseOffset) {
        problem = `a batch at ${baseOffset} where ${nextOffset} or higher comes next`
        return 'stop'
      }
      nextOffset = readLastOffset(buffer, position) + 1
      return 'continue'
    },
  })
  if (problem !== undefined) return reject(ErrorCode.OFFSET_OUT_OF_RANGE, problem)
  if (end.kind === 'invalid') return reject(end.errorCode, end.message)
  if (end.position === 0) {
    const empty = { baseOffset: nextOffset, lastOffset: nextOffset - 1, endOffset: nextOffset }
    return { outcome: 'appended', ...empty, maxTimestamp: -1n }
  }
  const baseOffset = readBaseOffset(records, 0)
  let maxTimestamp = -1n
  for (let from = 0; from < end.position; ) {
    const to = endOfPiece(records, from, { end: end.position, maxBytes: state.config.segmentBytes })
    const range = commit(state, records.subarray(from, to))
    if (range.maxTimestamp > maxTimestamp) maxTimestamp = range.maxTimestamp
    from = to
  }
  return { outcome: 'appended', baseOffset, lastOffset: nextOffset - 1, endOffset: nextOffset, maxTimestamp }
}

/** As many batches from `from` on as one segment can take: at least one. */
function endOfPiece(
  records: Buffer,
  from: number,
  { end, maxBytes }: { end: number; maxBytes: number },
): number {
  const baseOffset = readBaseOffset(records, from)
  let to = from + readSizeBytes(records, from)
  while (to < end) {
    const next = to + readSizeBytes(records, to)
    if (next - from > maxBytes || readLastOffset(records, to) - baseOffset > MAX_RELATIVE_OFFSET) break
    to = next
  }
  return to
}

function reject(errorCode: ErrorCode, message: string): Rejected {
  return { outcome: 'rejected', errorCode, message }
}

function checkSize(state: LogState, records: Buffer): Rejected | undefined {
  const { segmentBytes } = state.config
  if (records.length <= segmentBytes) return undefined
  return reject(
    ErrorCode.RECORD_LIST_TOO_LARGE,
    `${records.length} bytes for ${nameOf(state)}, whose segments are ${segmentBytes} bytes`,
  )
}

/** The duplicate or the rejection that the producer state answers with; undefined when all may be appended. */
function checkProducers(state: LogState, append: LeaderAppend): AppendResult | undefined {
  const { records, origin } = append
  let offset = state.logEndOffset
  for (let at = 0; at < records.length; at += readSizeBytes(records, at)) {
    const batch = readProducerBatch(records, at, offset)
    const answer = batch === undefined ? undefined : checkProducer(state, batch, append)
    if (answer !== undefined) return answer
    if (origin === 'raft-leader' && batch !== undefined) {
      return reject(ErrorCode.INVALID_RECORD, 'the metadata log has no producers')
    }
    offset += readLastOffsetDelta(records, at) + 1
  }
  return undefined
}

function checkProducer(
  state: LogState,
  batch: ProducerBatch,
  append: LeaderAppend,
): AppendResult | undefined {
  const { producers } = state
  const { origin, verificationGuard, transactionVersion = 0 } = append
  const { producerId } = batch
  if (origin === 'client') {
    const original = producers.findDuplicate(batch)
    if (original !== undefined) {
      const { lastOffset, offsetDelta, timestamp } = original
      const range = { baseOffset: lastOffset - offsetDelta, lastOffset, endOffset: lastOffset + 1 }
      return { outcome: 'duplicate', ...range, maxTimestamp: timestamp }
    }
  }
  const needsVerification =
    state.verifiesTransactions && batch.isTransactional && !batch.isControl && origin !== 'raft-leader'
  if (
    needsVerification &&
    !producers.hasOpenTransaction(producerId) &&
    !producers.isVerified(producerId, verificationGuard)
  ) {
    return reject(ErrorCode.INVALID_TXN_STATE, `producer ${producerId} has no verified transaction here`)
  }
  const refused = producers.check(batch, { origin, transactionVersion })
  return refused === undefined ? undefined : { outcome: 'rejected', ...refused }
}

/** Appends batches that have been checked and carry their offsets. */
function commit(state: LogState, records: Buffer): AppendedRange {
  const baseOffset = readBaseOffset(records, 0)
  const last = lastOf(records)
  let { active: segment } = state.segments
  const whole = { lastOffset: last.offset, maxTimestamp: last.maxTimestamp, sizeBytes: records.length }
  if (segment.shouldRoll(whole, { config: state.config, nowMs: state.world.clock.nowMs() })) {
    segment = rollSegment(state, baseOffset)
  }
  const position = segment.sizeBytes
  for (let at = 0; at < records.length; at += readSizeBytes(records, at)) {
    const startOffset = readBaseOffset(records, at)
    state.epochs.assign({ leaderEpoch: readPartitionLeaderEpoch(records, at), startOffset })
    segment.append(
      {
        lastOffset: readLastOffset(records, at),
        maxTimestamp: readMaxTimestamp(records, at),
        sizeBytes: readSizeBytes(records, at),
      },
      state.config,
    )
    if (readProducerId(records, at) >= 0) takeInProducer(state, records, at)
  }
  const endOffset = last.offset + 1
  state.logEndOffset = endOffset
  state.producers.advanceTo(endOffset)
  state.tail.push({ buffer: records, baseOffset, nextOffset: endOffset, segment, position })
  state.output.onAppended()
  if (state.epochs.isDirty) state.output.onEpochsChanged()
  return { baseOffset, lastOffset: last.offset, endOffset, maxTimestamp: last.maxTimestamp }
}

function takeInProducer(state: LogState, records: Buffer, at: number): void {
  const batch = readProducerBatch(records, at, readBaseOffset(records, at))
  if (batch === undefined) return
  const completed = state.producers.append(batch)
  if (completed?.isAborted) state.segments.active.transactionIndex.append(completed)
}

function lastOf(records: Buffer): { offset: number; maxTimestamp: bigint } {
  let maxTimestamp = -1n
  let offset = 0
  for (let at = 0; at < records.length; at += readSizeBytes(records, at)) {
    const timestamp = readMaxTimestamp(records, at)
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    offset = readLastOffset(records, at)
  }
  return { offset, maxTimestamp }
}
