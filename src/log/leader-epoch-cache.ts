import { join } from 'node:path'
import type { Disk } from '../io/disk.ts'
import { CorruptCheckpointError, readCheckpoint, wholeNumber, writeCheckpoint } from './checkpoint-file.ts'

const LEADER_EPOCH_CHECKPOINT_NAME = 'leader-epoch-checkpoint'

/** A leader epoch and the offset of its first record. */
export interface LeaderEpochEntry {
  readonly leaderEpoch: number
  readonly startOffset: number
}

export interface EpochEndOffset {
  readonly leaderEpoch: number
  readonly endOffset: number
}

/**
 * Which leader wrote from which offset on (Kafka's LeaderEpochFileCache; KIP-101, KIP-279): both fields rise from entry
 * to entry. Changes happen in memory; `isDirty` tells that the file is behind.
 */
export class LeaderEpochCache {
  #entries: LeaderEpochEntry[]
  #changes = 0
  #writtenChanges = 0

  constructor(entries: readonly LeaderEpochEntry[] = []) {
    this.#entries = []
    for (const entry of entries) this.assign(entry)
    this.#changes = 0
  }

  get isDirty(): boolean {
    return this.#changes !== this.#writtenChanges
  }

  get entries(): readonly LeaderEpochEntry[] {
    return this.#entries
  }

  get latest(): LeaderEpochEntry | undefined {
    return this.#entries.at(-1)
  }

  get earliest(): LeaderEpochEntry | undefined {
    return this.#entries[0]
  }

  /** Notes that `leaderEpoch` begins at `startOffset`; entries that contradict it go. */
  assign({ leaderEpoch, startOffset }: LeaderEpochEntry): void {
    if (leaderEpoch < 0 || startOffset < 0) return
    const latest = this.latest
    if (latest !== undefined && latest.leaderEpoch === leaderEpoch && latest.startOffset <= startOffset)
      return
    while (this.#entries.length > 0) {
      const last = this.#entries.at(-1) as LeaderEpochEntry
      if (last.leaderEpoch < leaderEpoch && last.startOffset < startOffset) break
      this.#entries.pop()
    }
    this.#entries.push({ leaderEpoch, startOffset })
    this.#changes++
  }

  /**
   * Where `leaderEpoch` ended: the largest epoch not above it that is known, and the start of the one behind; the log
   * end offset for the latest. Undefined for an epoch above the latest.
   */
  endOffsetFor(leaderEpoch: number, logEndOffset: number): EpochEndOffset | undefined {
    const latest = this.latest
    if (leaderEpoch < 0 || latest === undefined || leaderEpoch > latest.leaderEpoch) return undefined
    if (leaderEpoch === latest.leaderEpoch) return { leaderEpoch, endOffset: logEndOffset }
    const higher = this.#entries.findIndex(entry => entry.leaderEpoch > leaderEpoch)
    const endOffset = (this.#entries[higher] as LeaderEpochEntry).startOffset
    const floor = this.#entries[higher - 1]
    // Before the first epoch that is known: all of it is gone from the log, its end is where the log begins.
    return { leaderEpoch: floor?.leaderEpoch ?? leaderEpoch, endOffset }
  }

  epochForOffset(offset: number): number | undefined {
    let epoch: number | undefined
    for (const entry of this.#entries) {
      if (entry.startOffset > offset) break
      epoch = entry.leaderEpoch
    }
    return epoch
  }

  /** Drops the epochs that begin at or behind `endOffset`. */
  truncateFromEnd(endOffset: number): void {
    while (this.#entries.length > 0 && (this.#entries.at(-1) as LeaderEpochEntry).startOffset >= endOffset) {
      this.#entries.pop()
      this.#changes++
    }
  }

  /** Drops the epochs that ended before `startOffset`; the one that contains it begins there from now on. */
  truncateFromStart(startOffset: number): void {
    const kept = this.#entries.findIndex(entry => entry.startOffset > startOffset)
    const removed = this.#entries.slice(0, kept === -1 ? this.#entries.length : kept)
    const last = removed.at(-1)
    if (last === undefined || (removed.length === 1 && last.startOffset === startOffset)) return
    this.#entries.splice(0, removed.length, { leaderEpoch: last.leaderEpoch, startOffset })
    this.#changes++
  }

  clear(): void {
    if (this.#entries.length === 0) return
    this.#entries = []
    this.#changes++
  }

  /** Brings the file in `directory` up to the cache; on stable storage when it resolves. One at a time. */
  async write(disk: Disk, directory: string): Promise<void> {
    const changes = this.#changes
    const entries = this.#entries.map(({ leaderEpoch, startOffset }) => [leaderEpoch, startOffset])
    await writeCheckpoint(disk, join(directory, LEADER_EPOCH_CHECKPOINT_NAME), entries)
    this.#writtenChanges = changes
  }
}

/**
 * Reads leader-epoch-checkpoint; undefined where the file is missing, or empty as Kafka makes it for a new log. Rejects
 * with `CorruptCheckpointError` or `DiskError`.
 */
export async function readLeaderEpochs(disk: Disk, directory: string): Promise<LeaderEpochCache | undefined> {
  const path = join(directory, LEADER_EPOCH_CHECKPOINT_NAME)
  const rows = await readCheckpoint(disk, { path, columns: 2 })
  const entries = rows?.map(([epochText, offsetText]) => {
    const leaderEpoch = wholeNumber(epochText as string)
    const startOffset = wholeNumber(offsetText as string)
    if (leaderEpoch === undefined || leaderEpoch > 0x7fffffff || startOffset === undefined) {
      throw new CorruptCheckpointError({ path, reason: `entry '${epochText} ${offsetText}'` })
    }
    return { leaderEpoch, startOffset }
  })
  return entries === undefined ? undefined : new LeaderEpochCache(entries)
}
