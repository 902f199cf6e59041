import type { Disk } from '../io/disk.ts'
import { LogSegment, type SegmentFiles } from './log-segment.ts'
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  parseSegmentFileName,
  type SegmentFileName,
  SegmentFileSuffix,
  SWAP_SUFFIX,
} from './segment-file-name.ts'
import { indexedPosition, type LastBatch, lastBatchFrom } from './segment-reader.ts'

/** Of a file that was to replace another as a whole. */
const TEMPORARY_SUFFIX = '.tmp'

interface NamedFile extends SegmentFileName {
  readonly name: string
}

/** The files of one segment as a start finds them. */
export interface FoundSegment {
  readonly baseOffset: number
  readonly hasOffsetIndex: boolean
  readonly hasTimeIndex: boolean
  readonly hasTransactionIndex: boolean
}

/** What a partition's directory holds. */
export interface FoundFiles {
  /** Ascending. */
  readonly segments: readonly FoundSegment[]
  /** The offsets of the producer snapshots, ascending. */
  readonly snapshotOffsets: readonly number[]
}

/**
 * Tidies a partition's directory after a stop, of whatever kind (LogLoader.load): what was marked deleted or not
 * finished goes, a replacement of segments that had begun is completed, indexes without a log go. Resolves to what is
 * left.
 */
export async function findFiles(files: SegmentFiles): Promise<FoundFiles> {
  let found = await listFiles(files)
  if (found.some(file => file.state !== '')) {
    await removeLeftovers(files, found)
    found = await listFiles(files)
  }
  const suffixes = new Map<number, Set<SegmentFileSuffix>>()
  for (const { offset, suffix } of found) {
    const known = suffixes.get(offset)
    if (known === undefined) suffixes.set(offset, new Set([suffix]))
    else known.add(suffix)
  }
  const segments: FoundSegment[] = []
  const snapshotOffsets: number[] = []
  for (const { name, offset, suffix } of found) {
    const beside = suffixes.get(offset) as Set<SegmentFileSuffix>
    if (suffix === SegmentFileSuffix.PRODUCER_SNAPSHOT) {
      snapshotOffsets.push(offset)
    } else if (suffix === SegmentFileSuffix.LOG) {
      segments.push({
        baseOffset: offset,
        hasOffsetIndex: beside.has(SegmentFileSuffix.OFFSET_INDEX),
        hasTimeIndex: beside.has(SegmentFileSuffix.TIME_INDEX),
        hasTransactionIndex: beside.has(SegmentFileSuffix.TRANSACTION_INDEX),
      })
    } else if (!beside.has(SegmentFileSuffix.LOG)) {
      await files.disk.removeFile(files.directory.file(name))
    }
  }
  segments.sort((one, other) => one.baseOffset - other.baseOffset)
  snapshotOffsets.sort((one, other) => one - other)
  return { segments, snapshotOffsets }
}

/** Temporary files go on the way. */
async function listFiles({ disk, directory }: SegmentFiles): Promise<NamedFile[]> {
  const files: NamedFile[] = []
  for (const { name, isDirectory } of await disk.list(directory.path)) {
    if (isDirectory) continue
    const parsed = parseSegmentFileName(name)
    if (parsed !== undefined) files.push({ name, ...parsed })
    else if (name.endsWith(TEMPORARY_SUFFIX)) await disk.removeFile(directory.file(name))
  }
  return files
}

async function removeLeftovers(files: SegmentFiles, found: readonly NamedFile[]): Promise<void> {
  const { disk, directory } = files
  const remove = (file: NamedFile) => disk.removeFile(directory.file(file.name))
  const cleaned = found.filter(file => file.state === CLEANED_SUFFIX)
  for (const file of found) if (file.state === DELETED_SUFFIX) await remove(file)
  // A swap behind the first unfinished file is one part of a split that was not completed.
  const firstCleaned = Math.min(...cleaned.map(file => file.offset))
  const swaps: NamedFile[] = []
  for (const file of found) {
    if (file.state !== SWAP_SUFFIX) continue
    if (file.offset >= firstCleaned) await remove(file)
    else swaps.push(file)
  }
  for (const file of cleaned) await remove(file)
  if (swaps.length > 0) await completeSwap(files, swaps)
}

/** The finished replacements take the place of what they replace. */
async function completeSwap(files: SegmentFiles, swaps: readonly NamedFile[]): Promise<void> {
  const { disk, directory } = files
  let startOffset = Number.POSITIVE_INFINITY
  let endOffset = 0
  for (const { name, offset, suffix } of swaps) {
    if (suffix !== SegmentFileSuffix.LOG) continue
    startOffset = Math.min(startOffset, offset)
    endOffset = Math.max(endOffset, await endOffsetOfFile(files, { name, baseOffset: offset }))
  }
  for (const { name, offset, suffix, state } of await listFiles(files)) {
    const isReplaced = state === '' && offset >= startOffset && offset < endOffset
    if (isReplaced && suffix !== SegmentFileSuffix.PRODUCER_SNAPSHOT) {
      await disk.removeFile(directory.file(name))
    }
  }
  for (const { name } of swaps) {
    await disk.rename({
      from: directory.file(name),
      to: directory.file(name.slice(0, -SWAP_SUFFIX.length)),
    })
  }
  await disk.syncDirectory(directory.path)
}

async function endOffsetOfFile(
  files: SegmentFiles,
  { name, baseOffset }: { name: string; baseOffset: number },
): Promise<number> {
  const path = files.directory.file(name)
  const sizeBytes = await sizeOfFile(files.disk, path)
  // Only its `.log` is looked at, under the name that it has now.
  const segment = new SwapSegment(path, {
    files,
    baseOffset,
    nowMs: 0,
    rollJitterMs: 0,
    existing: { sizeBytes, hasTransactionIndex: false },
  })
  const last = await lastBatchFrom(segment, { from: 0, endPosition: sizeBytes })
  await files.handles.close(path)
  return last === undefined ? baseOffset : last.lastOffset + 1
}

class SwapSegment extends LogSegment {
  readonly #path: string

  constructor(path: string, options: ConstructorParameters<typeof LogSegment>[0]) {
    super(options)
    this.#path = path
  }

  override path(): string {
    return this.#path
  }
}

async function sizeOfFile(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read')
  try {
    return await file.sizeBytes()
  } finally {
    await file.close()
  }
}

/**
 * Opens a found segment without reading its data: its size, and for the last one where the log ends. `CorruptIndexError`
 * or `CorruptSegmentError` say that it has to be recovered.
 */
export async function openSegment(
  files: SegmentFiles,
  { baseOffset, hasTransactionIndex }: FoundSegment,
  { nowMs, rollJitterMs }: { nowMs: number; rollJitterMs: number },
): Promise<LogSegment> {
  const sizeBytes = await sizeOfFile(
    files.disk,
    files.directory.segmentFile(baseOffset, SegmentFileSuffix.LOG),
  )
  return new LogSegment({
    files,
    baseOffset,
    nowMs,
    rollJitterMs,
    existing: { sizeBytes, hasTransactionIndex },
  })
}

/** The segment's last batch, undefined in an empty one. Rejects as told at `openSegment`. */
export async function lastBatchOf(segment: LogSegment): Promise<LastBatch | undefined> {
  const endPosition = segment.writtenBytes
  const from = await indexedPosition(segment, { offset: Number.MAX_SAFE_INTEGER, endPosition })
  return lastBatchFrom(segment, { from, endPosition })
}
