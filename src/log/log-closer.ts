import { type LogState, nameOf } from './log-state.ts'
import { encodeProducerSnapshot } from './producer-snapshot.ts'
import { SegmentFileSuffix } from './segment-file-name.ts'

/**
 * Brings everything of the log onto stable storage for a clean stop, so that the next start need not read the data: the
 * batches, the indexes with their last entries, the producers, the epochs. Nothing is appended any more.
 */
export async function closeLog(state: LogState): Promise<void> {
  await state.output.flushUpTo(state.logEndOffset)
  await state.output.suspend()
  dropTimers(state)
  await state.writer.guard(`close ${nameOf(state)}`, async () => {
    const { files, segments, output } = state
    // The epochs, and what belongs to segments that were rolled just now.
    await output.upkeep()
    if (segments.active.areIndexesDirty) await segments.active.closeIndexes()
    await takeProducerSnapshot(state)
    await files.handles.closeDirectory(files.directory.path)
  })
}

/** The producers at the log end; nothing where there is such a snapshot already, or nothing in the log. */
async function takeProducerSnapshot(state: LogState): Promise<void> {
  const { producers, logEndOffset, files } = state
  if (logEndOffset <= state.snapshotOffset) return
  const path = files.directory.segmentFile(logEndOffset, SegmentFileSuffix.PRODUCER_SNAPSHOT)
  // The directory is synced with it.
  await files.disk.replaceFile(path, encodeProducerSnapshot(producers.entries(), producers.count))
  state.snapshotOffset = logEndOffset
}

/** The log's files are another's from now on, or are to go: nothing more is done to them. */
export async function releaseLog(state: LogState): Promise<void> {
  await state.output.suspend()
  dropTimers(state)
  state.tail.clear()
  await state.files.handles.closeDirectory(state.files.directory.path)
}

function dropTimers({ pendingRemovals }: LogState): void {
  for (const timer of pendingRemovals) timer.cancel()
  pendingRemovals.clear()
}
