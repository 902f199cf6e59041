import { DiskError } from '../io/disk.ts'
import type { Logger } from '../io/logger.ts'
import { sizeOfBatchAt } from '../protocol/records/batch-parser.ts'
import { CURRENT_MAGIC, readBaseOffset, readMagic } from '../protocol/records/record-batch.ts'
import { lastOffsetOf } from './log-read.ts'
import type { LogSegment, SegmentFiles } from './log-segment.ts'
import { readProducerBatch } from './producer-batch.ts'
import type { ProducerEntry } from './producer-entry.ts'
import { CorruptSnapshotError, decodeProducerSnapshot } from './producer-snapshot.ts'
import { isExpired, ProducerState } from './producer-state.ts'
import { parseSegmentFileName, SegmentFileSuffix } from './segment-file-name.ts'
import { indexedPosition, readSegment, seekBatch } from './segment-reader.ts'

const SCAN_BYTES = 1024 * 1024
/** Some five million producers. */
const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024

export interface ProducerLoadOptions {
  /** The offsets of the snapshots that there are, ascending; those that go are taken out. */
  readonly snapshotOffsets: number[]
  /** The first segment's base offset: nothing before it can be read. */
  readonly startOffset: number
  readonly endOffset: number
  readonly nowMs: number
  readonly expirationMs: number
  readonly logger: Logger
}

/** The offsets of the directory's producer snapshots, ascending. */
export async function listProducerSnapshots({ disk, directory }: SegmentFiles): Promise<number[]> {
  const offsets: number[] = []
  for (const { name, isDirectory } of await disk.list(directory.path)) {
    const parsed = isDirectory ? undefined : parseSegmentFileName(name)
    if (parsed?.suffix === SegmentFileSuffix.PRODUCER_SNAPSHOT && parsed.state === '')
      offsets.push(parsed.offset)
  }
  return offsets.sort((one, other) => one - other)
}

export function removeProducerSnapshot({ disk, directory }: SegmentFiles, offset: number): Promise<void> {
  return disk.removeFile(directory.segmentFile(offset, SegmentFileSuffix.PRODUCER_SNAPSHOT))
}

export async function removeAllProducerSnapshots(files: SegmentFiles): Promise<void> {
  for (const offset of await listProducerSnapshots(files)) await removeProducerSnapshot(files, offset)
}

/**
 * The producers as of `endOffset`: the newest snapshot at or before it, and what the segments hold behind that
 * (UnifiedLog.rebuildProducerState). Snapshots behind `endOffset`, before `startOffset`, and damaged ones go.
 */
export async function loadProducerState(
  files: SegmentFiles,
  segments: readonly LogSegment[],
  options: ProducerLoadOptions,
): Promise<ProducerState> {
  const { startOffset, endOffset } = options
  const snapshot = await newestSnapshot(files, options)
  const state = new ProducerState(snapshot ?? { endOffset: startOffset })
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    if (next !== undefined && next.baseOffset <= state.endOffset) continue
    if (segment.baseOffset >= endOffset) break
    await takeInSegment(state, segment, Math.min(next?.baseOffset ?? endOffset, endOffset))
  }
  state.advanceTo(endOffset)
  return state
}

async function newestSnapshot(
  files: SegmentFiles,
  options: ProducerLoadOptions,
): Promise<{ endOffset: number; producers: ProducerEntry[] } | undefined> {
  const { startOffset, endOffset, nowMs, expirationMs } = options
  let newest: { endOffset: number; producers: ProducerEntry[] } | undefined
  const kept: number[] = []
  for (const offset of [...options.snapshotOffsets].reverse()) {
    const isInRange = offset <= endOffset && offset >= startOffset
    const isWanted = isInRange && newest === undefined
    const producers = isWanted ? await readSnapshot(files, offset, options.logger) : undefined
    if (producers !== undefined) {
      const expiredBefore = BigInt(Math.floor(nowMs - expirationMs))
      newest = { endOffset: offset, producers: producers.filter(entry => !isExpired(entry, expiredBefore)) }
    }
    if (!isInRange || (isWanted && producers === undefined)) await removeProducerSnapshot(files, offset)
    else kept.push(offset)
  }
  options.snapshotOffsets.splice(0, options.snapshotOffsets.length, ...kept.reverse())
  return newest
}

async function readSnapshot(
  { disk, directory }: SegmentFiles,
  offset: number,
  logger: Logger,
): Promise<ProducerEntry[] | undefined> {
  const path = directory.segmentFile(offset, SegmentFileSuffix.PRODUCER_SNAPSHOT)
  try {
    return decodeProducerSnapshot(await disk.readFile(path, MAX_SNAPSHOT_BYTES))
  } catch (error) {
    const isDamaged =
      error instanceof CorruptSnapshotError || (error instanceof DiskError && error.code === 'EFBIG')
    if (!isDamaged) throw error
    logger.warn({ path, reason: error.message }, 'Removing a damaged producer snapshot')
    return undefined
  }
}

/** Takes in what a segment's file holds from the state's end offset up to `endOffset`. */
async function takeInSegment(state: ProducerState, segment: LogSegment, endOffset: number): Promise<void> {
  const endPosition = segment.writtenBytes
  const offset = Math.max(state.endOffset, segment.baseOffset)
  const from = await indexedPosition(segment, { offset, endPosition })
  let position = await seekBatch(segment, { offset, from, endPosition })
  while (position < endPosition) {
    const request = { offset: 0, maxBytes: SCAN_BYTES, minOneMessage: true, endOffset }
    const read = await readSegment(segment, request, { position, endPosition })
    if (read.sizeBytes === 0) break
    for (const buffer of read.buffers) takeInBatches(state, buffer)
    position = read.endPosition
  }
}

/** Takes in whole batches that are in a log already. */
function takeInBatches(state: ProducerState, buffer: Buffer): void {
  for (let at = 0; at < buffer.length; at += sizeOfBatchAt(buffer, at, buffer.length)) {
    if (readMagic(buffer, at) === CURRENT_MAGIC) {
      const batch = readProducerBatch(buffer, at, readBaseOffset(buffer, at))
      if (batch !== undefined) state.append(batch)
    }
    state.advanceTo(lastOffsetOf(buffer, at) + 1)
  }
}
