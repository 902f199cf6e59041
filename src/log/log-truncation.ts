import { sizeOfBatchAt } from '../protocol/records/batch-parser.ts'
import { readMaxTimestamp } from '../protocol/records/record-batch.ts'
import { CorruptIndexError } from './index-file.ts'
import { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import { lastOffsetOf } from './log-read.ts'
import type { LogSegment } from './log-segment.ts'
import { type LogState, nameOf, newSegment } from './log-state.ts'
import { ProducerState } from './producer-state.ts'
import {
  listProducerSnapshots,
  loadProducerState,
  removeAllProducerSnapshots,
} from './producer-state-loader.ts'
import { deleteSegmentFiles } from './segment-deletion.ts'
import { firstBatchTimestamp, indexedPosition, readSegment, seekBatch } from './segment-reader.ts'
import { recoverSegment } from './segment-recovery.ts'
import type { MaxTimestamp } from './time-index.ts'

const SCAN_BYTES = 1024 * 1024

/**
 * Drops everything at and behind `offset` (UnifiedLog.truncateTo). Appends have to wait; what has been appended is
 * written first, so that all of the rest is about files. The log's offsets change in one go. The recovery point in the
 * directory's checkpoint moves back before anything is appended: behind it nothing would be recovered.
 */
export async function truncateLog(state: LogState, offset: number): Promise<void> {
  if (offset < state.segments.first.baseOffset) {
    return restartLog(state, { offset, logStartOffset: offset })
  }
  const { segments, output, tail, writer } = state
  await output.flushUpTo(state.logEndOffset)
  await output.suspend()
  const removed = segments.removeAfter(offset)
  tail.clear()
  output.onTruncated(offset, segments.all)
  state.logStartOffset = Math.min(state.logStartOffset, offset)
  onEndMoved(state, offset)
  state.producers = await writer.guard(`truncate ${nameOf(state)}`, async () => {
    await deleteSegmentFiles(state, removed)
    await truncateSegment(segments.active, { offset, config: state.config })
    return loadProducerState(state.files, segments.all, {
      snapshotOffsets: await listProducerSnapshots(state.files),
      startOffset: segments.first.baseOffset,
      endOffset: offset,
      nowMs: state.world.clock.nowMs(),
      expirationMs: state.producerIdExpirationMs,
      logger: state.world.logger,
    })
  })
  state.producers.onHighWatermarkUpdated(state.highWatermark)
  await state.checkpointRecoveryPoint()
  output.resume()
}

/** Drops everything and goes on at `offset` (UnifiedLog.truncateFullyAndStartAt). */
export async function restartLog(
  state: LogState,
  { offset, logStartOffset }: { offset: number; logStartOffset: number },
): Promise<void> {
  const { segments, output, tail, writer } = state
  await output.suspend()
  const removed = segments.removeFirst(segments.length)
  const segment = newSegment(state, offset)
  segments.push(segment)
  tail.clear()
  output.onRestarted(offset)
  state.epochs.clear()
  state.logStartOffset = logStartOffset
  state.highWatermark = offset
  state.producers = new ProducerState({ endOffset: offset })
  onEndMoved(state, offset)
  await writer.guard(`truncate ${nameOf(state)}`, async () => {
    await deleteSegmentFiles(state, removed)
    await removeAllProducerSnapshots(state.files)
    await segment.createFiles()
    await state.files.disk.syncDirectory(state.files.directory.path)
    segment.isNameStable = true
  })
  await state.checkpointRecoveryPoint()
  output.resume()
}

function onEndMoved(state: LogState, offset: number): void {
  state.logEndOffset = offset
  state.highWatermark = Math.min(state.highWatermark, offset)
  state.truncations++
  state.snapshotOffset = 0
  state.cursors = []
  state.epochs.truncateFromEnd(offset)
}

/** Cuts the files of a segment, all of which is written, before the batch that contains `offset`. */
async function truncateSegment(
  segment: LogSegment,
  { offset, config }: { offset: number; config: LogConfig },
): Promise<void> {
  const endPosition = segment.writtenBytes
  const from = await indexedPosition(segment, { offset, endPosition })
  const position = await seekBatch(segment, { offset, from, endPosition })
  if (endPosition > 0) {
    await segment.files.handles.use(segment.path(), { create: false }, async file => {
      await file.truncate(position)
      await file.flush()
    })
  }
  segment.onTruncated(position)
  try {
    await segment.offsetIndex.truncateTo(offset)
    await segment.timeIndex.truncateTo(offset)
    await segment.transactionIndex.truncateTo(offset)
    segment.maxTimestamp = await largestTimestamp(segment)
    segment.firstBatchTimestamp = await firstBatchTimestamp(segment)
    // A roll right here would leave them behind the recovery point: a start would believe them.
    await segment.closeIndexes()
  } catch (error) {
    if (!(error instanceof CorruptIndexError)) throw error
    await recoverSegment(segment, {
      config,
      epochs: new LeaderEpochCache(),
      producers: new ProducerState({ endOffset: segment.baseOffset }),
      isActive: false,
    })
  }
}

/** From the time index and what lies behind its last entry (LogSegment.readLargestTimestamp). */
async function largestTimestamp(segment: LogSegment): Promise<MaxTimestamp | undefined> {
  let largest = segment.timeIndex.last
  const endPosition = segment.writtenBytes
  const offset = largest?.offset ?? segment.baseOffset
  const from = await indexedPosition(segment, { offset, endPosition })
  let position = await seekBatch(segment, { offset, from, endPosition })
  while (position < endPosition) {
    const read = await readSegment(
      segment,
      { offset: 0, maxBytes: SCAN_BYTES, minOneMessage: true, endOffset: Number.POSITIVE_INFINITY },
      { position, endPosition },
    )
    if (read.sizeBytes === 0) break
    for (const buffer of read.buffers) {
      for (let at = 0; at < buffer.length; at += sizeOfBatchAt(buffer, at, buffer.length)) {
        const timestamp = readMaxTimestamp(buffer, at)
        if (timestamp > (largest?.timestamp ?? -1n)) largest = { timestamp, offset: lastOffsetOf(buffer, at) }
      }
    }
    position = read.endPosition
  }
  return largest
}
