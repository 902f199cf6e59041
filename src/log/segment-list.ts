import type { LogSegment } from './log-segment.ts'

/** A log's segments by base offset, ascending; the last one is active. */
export class SegmentList {
  #segments: LogSegment[]

  constructor(segments: readonly LogSegment[]) {
    this.#segments = [...segments]
  }

  get length(): number {
    return this.#segments.length
  }

  get all(): readonly LogSegment[] {
    return this.#segments
  }

  get first(): LogSegment {
    return this.#segments[0] as LogSegment
  }

  get active(): LogSegment {
    return this.#segments.at(-1) as LogSegment
  }

  get sizeBytes(): number {
    let sizeBytes = 0
    for (const segment of this.#segments) sizeBytes += segment.sizeBytes
    return sizeBytes
  }

  /** The segment that contains `offset` if any does: the last one that begins at or before it. */
  floor(offset: number): LogSegment | undefined {
    return this.#segments[this.#floorIndex(offset)]
  }

  /** The segment behind the one that begins at `baseOffset`. */
  after(baseOffset: number): LogSegment | undefined {
    return this.#segments[this.#floorIndex(baseOffset) + 1]
  }

  push(segment: LogSegment): void {
    this.#segments.push(segment)
  }

  /** Takes the first `count` out. */
  removeFirst(count: number): LogSegment[] {
    return this.#segments.splice(0, count)
  }

  /** Takes out the segments that begin behind `offset`. */
  removeAfter(offset: number): LogSegment[] {
    return this.#segments.splice(this.#floorIndex(offset) + 1)
  }

  #floorIndex(offset: number): number {
    const segments = this.#segments
    let low = 0
    let high = segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((segments[middle] as LogSegment).baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
