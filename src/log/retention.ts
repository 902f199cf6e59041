import type { LogSegment } from './log-segment.ts'
import { type LogState, nameOf, rollSegment } from './log-state.ts'
import { deleteSegmentFiles } from './segment-deletion.ts'
import { maxTimestampOf } from './timestamp-search.ts'

/**
 * Deletes the oldest segments that retention does not keep (UnifiedLog.deleteOldSegments): those before the log start
 * offset, and where `cleanup.policy` has `delete`, those beyond `retention.bytes` and those whose newest record is older
 * than `retention.ms`. Never one that reaches beyond the high watermark. Resolves to how many went.
 */
export async function deleteOldSegments(state: LogState): Promise<number> {
  let deleted = await deleteFirst(state, countBeforeStart(state))
  if (state.config.cleanupDelete) {
    deleted += await deleteFirst(state, countBeyondSize(state))
    deleted += await deleteFirst(state, await countExpired(state))
  }
  return deleted
}

/** The segments, oldest first, that may go at all: written, and wholly below the high watermark. */
function deletable({ segments, highWatermark, logEndOffset }: LogState): LogSegment[] {
  const candidates: LogSegment[] = []
  for (const [index, segment] of segments.all.entries()) {
    const endOffset = segments.all[index + 1]?.baseOffset ?? logEndOffset
    const isActiveAndEmpty = segment === segments.active && segment.sizeBytes === 0
    if (isActiveAndEmpty || endOffset > highWatermark || segment.writtenBytes < segment.sizeBytes) break
    candidates.push(segment)
  }
  return candidates
}

function countBeforeStart({ segments, logStartOffset }: LogState): number {
  let count = 0
  while ((segments.all[count + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) <= logStartOffset) count++
  return count
}

function countBeyondSize(state: LogState): number {
  const { retentionBytes } = state.config
  if (retentionBytes === undefined) return 0
  let surplusBytes = state.segments.sizeBytes - retentionBytes
  let count = 0
  for (const segment of deletable(state)) {
    surplusBytes -= segment.sizeBytes
    if (surplusBytes < 0) break
    count++
  }
  return count
}

async function countExpired(state: LogState): Promise<number> {
  const { retentionMs } = state.config
  if (retentionMs === undefined) return 0
  const nowMs = state.world.clock.nowMs()
  let count = 0
  for (const segment of deletable(state)) {
    const max = await maxTimestampOf(state, segment)
    const newestMs = max === undefined || max.timestamp < 0n ? segment.createdMs : Number(max.timestamp)
    if (nowMs - newestMs <= retentionMs) break
    count++
  }
  return count
}

async function deleteFirst(state: LogState, wanted: number): Promise<number> {
  const { segments, output, writer } = state
  const candidates = deletable(state).slice(0, wanted)
  if (candidates.length === 0) return 0
  await output.flushUpTo(segments.after(candidates.at(-1)!.baseOffset)?.baseOffset ?? state.logEndOffset)
  // No job of the log holds on to a segment when it goes.
  await output.suspend()
  try {
    const count = Math.min(wanted, deletable(state).length)
    if (count === 0) return 0
    return await writer.guard(`delete old segments of ${nameOf(state)}`, async () => {
      await keepEndOffset(state, count)
      // What is known of the producers of a segment that goes has to be in the snapshot of the next one.
      await output.upkeep()
      const removed = segments.removeFirst(count)
      output.onSegmentsRemoved(removed)
      moveLogStart(state, segments.first.baseOffset)
      await deleteSegmentFiles(state, removed)
      return count
    })
  } finally {
    output.resume()
  }
}

/** When the first `count` segments are gone, the end offset may live on in nothing but the name of an empty one. */
async function keepEndOffset(state: LogState, count: number): Promise<void> {
  const { segments, logEndOffset, files } = state
  const first = segments.all[count] ?? rollSegment(state, logEndOffset)
  if (first.isNameStable) return
  if (first.sizeBytes === 0) await first.createFiles()
  await files.disk.syncDirectory(files.directory.path)
  first.isNameStable = true
}

/** Everything before `offset` is gone, or is to go (UnifiedLog.maybeIncrementLogStartOffset). */
export function moveLogStart(state: LogState, offset: number): boolean {
  if (offset <= state.logStartOffset) return false
  state.logStartOffset = offset
  state.highWatermark = Math.max(state.highWatermark, offset)
  state.epochs.truncateFromStart(offset)
  state.producers.onLogStartOffsetIncremented(offset)
  if (state.epochs.isDirty) state.output.onEpochsChanged()
  return true
}
