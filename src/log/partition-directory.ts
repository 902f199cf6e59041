import { dirname, join } from 'node:path'
import type { SegmentFileName, SegmentFileSuffix } from './segment-file-name.ts'
import { segmentFileName } from './segment-file-name.ts'

/** Where a partition's files are. One object per log: renaming the directory is one assignment. */
export class PartitionDirectory {
  #path: string

  constructor(path: string) {
    this.#path = path
  }

  get path(): string {
    return this.#path
  }

  /** The data directory that the partition's directory lies in. */
  get logDirectory(): string {
    return dirname(this.#path)
  }

  onRenamed(path: string): void {
    this.#path = path
  }

  file(name: string): string {
    return join(this.#path, name)
  }

  segmentFile(offset: number, suffix: SegmentFileSuffix, state: SegmentFileName['state'] = ''): string {
    return join(this.#path, segmentFileName(offset, suffix) + state)
  }
}
