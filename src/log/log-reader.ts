import { DiskError } from '../io/disk.ts'
import {
  CorruptSegmentError,
  type LoadedRecords,
  type LogRead,
  noRecords,
  type ReadRequest,
} from './log-read.ts'
import type { LogSegment } from './log-segment.ts'
import { type LogState, nameOf, type ReadCursor } from './log-state.ts'
import { indexedPosition, readSegment, seekBatch } from './segment-reader.ts'
import type { AbortedTransactionEntry } from './transaction-index.ts'

/** So many sequential readers of one log are remembered: they find their next batch without the index. */
const MAX_CURSORS = 16

/** Cuts the log for a read (LocalLog.read): from memory where the tail reaches back far enough, else from the file. */
export function readLog(state: LogState, request: ReadRequest): LogRead {
  const { offset } = request
  if (offset < state.logStartOffset || offset > state.logEndOffset) return { from: 'out-of-range' }
  const endOffset = Math.min(request.endOffset, state.logEndOffset)
  if (offset >= endOffset || (request.maxBytes <= 0 && !request.minOneMessage)) {
    return { from: 'memory', ...noRecords(offset) }
  }
  const bounded = { ...request, endOffset }
  const { start } = state.tail
  if (start !== undefined && offset >= start.offset) return { from: 'memory', ...state.tail.read(bounded) }
  const segment = state.segments.floor(offset) ?? state.segments.first
  const sizeBytes = Math.min(request.maxBytes, segment.sizeBytes)
  const { truncations } = state
  return { from: 'file', sizeBytes, load: () => loadRecords(state, bounded, { truncations }) }
}

/** How far a segment's file holds what is not in the tail. */
function fileEnd(state: LogState, segment: LogSegment): number {
  const { start } = state.tail
  return start?.segment === segment ? start.position : segment.writtenBytes
}

async function loadRecords(
  state: LogState,
  request: ReadRequest,
  { truncations }: { truncations: number },
): Promise<LoadedRecords> {
  const { offset } = request
  const isStale = (segment: LogSegment) => segment.isDeleted || state.truncations !== truncations
  return state.writer.guard(`read ${nameOf(state)}`, async () => {
    let segment = state.segments.floor(offset) ?? state.segments.first
    for (;;) {
      try {
        const loaded = await loadFromSegment(state, segment, request)
        if (isStale(segment)) return noRecords(offset)
        if (loaded !== undefined) return loaded
      } catch (error) {
        if (isStale(segment) && (error instanceof DiskError || error instanceof CorruptSegmentError)) {
          return noRecords(offset)
        }
        throw error
      }
      // The offset lies behind this segment's last batch: what it held is compacted away.
      const next = state.segments.after(segment.baseOffset)
      if (next === undefined) return readTail(state, request)
      segment = next
    }
  })
}

/** Undefined where the segment's file holds nothing at or behind the offset. */
async function loadFromSegment(
  state: LogState,
  segment: LogSegment,
  request: ReadRequest,
): Promise<LoadedRecords | undefined> {
  const { offset } = request
  const endPosition = fileEnd(state, segment)
  const cursor = state.cursors.find(known => known.offset === offset && known.segment === segment)
  const position =
    cursor?.position ??
    (await seekBatch(segment, {
      offset,
      from: await indexedPosition(segment, { offset, endPosition }),
      endPosition,
    }))
  if (position >= endPosition) {
    const { start } = state.tail
    return start?.segment === segment ? readTail(state, request) : undefined
  }
  const read = await readSegment(segment, request, { position, endPosition })
  if (read.sizeBytes > 0 && state.segments.floor(read.nextOffset) === segment) {
    noteCursor(state, { offset: read.nextOffset, segment, position: read.endPosition })
  }
  return { buffers: read.buffers, sizeBytes: read.sizeBytes, nextOffset: read.nextOffset }
}

/** The tail was further back, or nothing was left before it, when the file had been looked at. */
function readTail(state: LogState, request: ReadRequest): LoadedRecords {
  return state.tail.start === undefined ? noRecords(request.offset) : state.tail.read(request)
}

function noteCursor({ cursors }: LogState, cursor: ReadCursor): void {
  if (cursors.some(known => known.offset === cursor.offset && known.segment === cursor.segment)) return
  cursors.push(cursor)
  if (cursors.length > MAX_CURSORS) cursors.shift()
}

/** The aborted transactions that overlap `[startOffset, endOffset)` (LocalLog.collectAbortedTransactions). */
export function collectAbortedTransactions(
  state: LogState,
  range: { startOffset: number; endOffset: number },
): Promise<AbortedTransactionEntry[]> {
  const found: AbortedTransactionEntry[] = []
  return state.writer.guard(`read the aborted transactions of ${nameOf(state)}`, async () => {
    let segment = state.segments.floor(range.startOffset) ?? state.segments.first
    for (;;) {
      if (await segment.transactionIndex.collect(range, found)) break
      const next = state.segments.after(segment.baseOffset)
      if (next === undefined) break
      segment = next
    }
    return found
  })
}
