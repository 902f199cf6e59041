import { type BatchVisitor, type ParseEnd, parseBatches } from '../protocol/records/batch-parser.ts'
import type { LogSegment } from './log-segment.ts'
import { readSegmentBytes } from './segment-reader.ts'

/** Read at once; large enough for a disk to be at its full speed. */
const CHUNK_BYTES = 4 * 1024 * 1024

export interface ScanEnd {
  /** Everything before this position was visited. */
  readonly position: number
  /** Why the scan ended before the end of the file; undefined where it did not. */
  readonly problem: string | undefined
}

/**
 * Walks the batches of a segment's file from its start to its end, checking each one's CRC, as fast as the disk gives
 * them: the next part is read while one is looked at, and between parts the event loop gets its turn. Ends in front of
 * the first thing that is no valid batch, or that the visitor stops at. `maxBatchBytes`: a larger batch is none.
 * Positions told to the visitor are those in its buffer.
 */
export async function scanSegment(
  segment: LogSegment,
  visitor: BatchVisitor,
  { endPosition, maxBatchBytes }: { endPosition: number; maxBatchBytes: number },
): Promise<ScanEnd> {
  let position = 0
  let carried: Buffer = Buffer.alloc(0)
  let nextPosition = 0
  const readNext = () => {
    const sizeBytes = Math.min(CHUNK_BYTES, endPosition - nextPosition)
    const reading = readSegmentBytes(segment, { position: nextPosition, sizeBytes })
    nextPosition += sizeBytes
    return reading
  }
  let reading = readNext()
  while (position + carried.length < endPosition) {
    const chunk = await reading
    if (chunk.length === 0) break
    reading = nextPosition < endPosition ? readNext() : Promise.resolve(Buffer.alloc(0))
    const buffer = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
    const end = parseBatches(buffer, visitor, { maxBatchSizeBytes: maxBatchBytes })
    position += end.position
    if (end.kind === 'stopped' || end.kind === 'invalid') {
      await reading
      return { position, problem: explain(end) }
    }
    carried = buffer.subarray(end.position)
    if (end.kind === 'incomplete' && end.neededBytes > buffer.length + CHUNK_BYTES) {
      // A batch of many parts: gathered at once rather than part by part.
      await reading
      const left = endPosition - position
      if (end.neededBytes > left) break
      carried = await readSegmentBytes(segment, { position, sizeBytes: end.neededBytes })
      nextPosition = position + carried.length
      const whole = parseBatches(carried, visitor, { maxBatchSizeBytes: maxBatchBytes })
      if (whole.kind !== 'done') return { position: position + whole.position, problem: explain(whole) }
      position += carried.length
      carried = Buffer.alloc(0)
      reading = nextPosition < endPosition ? readNext() : Promise.resolve(Buffer.alloc(0))
    }
  }
  return { position, problem: position < endPosition ? 'the last batch is cut short' : undefined }
}

function explain(end: ParseEnd): string {
  if (end.kind === 'invalid') return end.message
  return end.kind === 'stopped' ? 'its offsets do not fit in' : 'the last batch is cut short'
}
