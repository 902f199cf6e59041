import type { LogSegment } from './log-segment.ts'
import { type LogState, nameOf } from './log-state.ts'
import { removeProducerSnapshot } from './producer-state-loader.ts'

/**
 * Takes the files of segments that the log has let go of out of the way: renamed at once, so that no start finds them,
 * removed after `file.delete.delay.ms` (LocalLog.deleteSegmentFiles).
 */
export async function deleteSegmentFiles(state: LogState, segments: readonly LogSegment[]): Promise<void> {
  if (segments.length === 0) return
  const { disk, directory } = state.files
  for (const segment of segments) {
    await segment.markDeleted()
    await removeProducerSnapshot(state.files, segment.baseOffset)
  }
  await disk.syncDirectory(directory.path)
  const timer = state.world.clock.setTimer(state.config.fileDeleteDelayMs, () => {
    state.pendingRemovals.delete(timer)
    void removeFiles(state, segments)
  })
  state.pendingRemovals.add(timer)
}

async function removeFiles(state: LogState, segments: readonly LogSegment[]): Promise<void> {
  try {
    await state.writer.guard(`remove deleted segments of ${nameOf(state)}`, async () => {
      for (const segment of segments) await segment.removeFiles()
    })
  } catch (error) {
    state.world.logger.error({ log: nameOf(state), err: error }, 'Failed to remove deleted segments')
  }
}
