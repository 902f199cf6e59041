import { readOldMessage } from '../protocol/records/message-set.ts'
import {
  readBaseOffset,
  readLastOffset,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
} from '../protocol/records/record-batch.ts'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import type { LogSegment } from './log-segment.ts'
import { readProducerBatch } from './producer-batch.ts'
import type { ProducerState } from './producer-state.ts'
import { SegmentFileSuffix } from './segment-file-name.ts'
import { scanSegment } from './segment-scan.ts'

/** No broker takes a larger batch: what claims to be one is damage. */
const LARGEST_BATCH_BYTES = 128 * 1024 * 1024

export interface SegmentRecovery {
  /** The offset behind the last valid batch. */
  readonly nextOffset: number
  /** Bytes behind the valid ones, now cut off. */
  readonly truncatedBytes: number
  /** What was wrong with them. */
  readonly problem: string | undefined
  /** A batch is of an earlier epoch than those known before it: what was known is wrong. */
  readonly contradictsEpochs: boolean
}

/**
 * Reads a segment from its start, keeps its longest valid prefix, and builds its indexes anew (LogSegment.recover); epochs
 * and producers take in what is in it. The file is on stable storage when it resolves, and so are the indexes, unless the
 * segment is the active one.
 */
export async function recoverSegment(
  segment: LogSegment,
  options: {
    config: LogConfig
    epochs: LeaderEpochCache
    producers: ProducerState
    isActive: boolean
  },
): Promise<SegmentRecovery> {
  const { config } = options
  const endPosition = segment.writtenBytes
  const { disk, handles } = segment.files
  const transactionIndex = segment.path(SegmentFileSuffix.TRANSACTION_INDEX)
  await handles.close(transactionIndex)
  await disk.removeFile(transactionIndex)
  segment.beginRecovery()
  let nextOffset = segment.baseOffset
  let contradictsEpochs = false
  const accept = (batch: {
    baseOffset: number
    lastOffset: number
    maxTimestamp: bigint
    sizeBytes: number
  }) => {
    const { baseOffset, lastOffset } = batch
    if (baseOffset < nextOffset || lastOffset < baseOffset || !segment.holdsOffset(lastOffset)) return false
    segment.append(batch, config)
    nextOffset = lastOffset + 1
    return true
  }
  const end = await scanSegment(
    segment,
    {
      onBatch: (buffer, position, sizeBytes) => {
        const baseOffset = readBaseOffset(buffer, position)
        const lastOffset = readLastOffset(buffer, position)
        const maxTimestamp = readMaxTimestamp(buffer, position)
        if (!accept({ baseOffset, lastOffset, maxTimestamp, sizeBytes })) return 'stop'
        takeIn(segment, buffer, position, options)
        const leaderEpoch = readPartitionLeaderEpoch(buffer, position)
        contradictsEpochs ||= leaderEpoch < (options.epochs.latest?.leaderEpoch ?? -1)
        return 'continue'
      },
      onOldMessage: (buffer, position, sizeBytes) => {
        const message = readOldMessage(buffer, position)
        if (message === undefined) return 'stop'
        const { offset, timestamp } = message
        // A compressed message carries the last offset of those in it, and does not tell the first.
        const accepted = accept({
          baseOffset: offset,
          lastOffset: offset,
          maxTimestamp: timestamp,
          sizeBytes,
        })
        return accepted ? 'continue' : 'stop'
      },
    },
    { endPosition, maxBatchBytes: Math.max(config.maxMessageBytes, LARGEST_BATCH_BYTES) },
  )
  segment.endRecovery()
  await handles.use(segment.path(), { create: true }, async file => {
    if (end.position < endPosition) await file.truncate(end.position)
    await file.flush()
  })
  if (options.isActive) await segment.writeLargeIndexes()
  else await segment.closeIndexes()
  return { nextOffset, truncatedBytes: endPosition - end.position, problem: end.problem, contradictsEpochs }
}

function takeIn(
  segment: LogSegment,
  buffer: Buffer,
  position: number,
  { epochs, producers }: { epochs: LeaderEpochCache; producers: ProducerState },
): void {
  const baseOffset = readBaseOffset(buffer, position)
  const leaderEpoch = readPartitionLeaderEpoch(buffer, position)
  if (leaderEpoch >= 0 && leaderEpoch > (epochs.latest?.leaderEpoch ?? -1)) {
    epochs.assign({ leaderEpoch, startOffset: baseOffset })
  }
  const batch = readProducerBatch(buffer, position, baseOffset)
  if (batch !== undefined) {
    const completed = producers.append(batch)
    if (completed?.isAborted) segment.transactionIndex.append(completed)
  }
  producers.advanceTo(readLastOffset(buffer, position) + 1)
}
