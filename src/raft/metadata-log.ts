import { join } from 'node:path'
import type { World } from '../io/world.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { buildRecordBatch, type NewRecord } from '../protocol/records/record-batch-builder.ts'
import { leaderChange, quorumRecords } from './control-batches.ts'
import { type MetadataLogBatch, MetadataLogError, readLoggedBatches } from './logged-batches.ts'
import { applyControlRecords, NO_QUORUM_SETTINGS, type QuorumSettings } from './quorum-settings.ts'
import {
  encodeSnapshot,
  listSnapshots,
  readSnapshot,
  removeLeftovers,
  type SnapshotContent,
  type SnapshotId,
  type StoredSnapshot,
  snapshotFileName,
  writeSnapshot,
} from './snapshots.ts'
import type { VoterSet } from './voter-set.ts'

/** How much of the log is read at a time. */
const READ_BYTES = 1024 * 1024

/** How much of the past is kept. */
export interface MetadataRetention {
  /** `metadata.max.retention.bytes` */
  readonly retentionBytes: number
  /** `metadata.max.retention.ms` */
  readonly retentionMs: number
}

/** Records to be appended as one batch by the leader of `epoch`. */
export interface MetadataAppend {
  readonly epoch: number
  readonly records: readonly NewRecord[]
  readonly isControlBatch?: boolean
}

/**
 * The log `__cluster_metadata-0` with the snapshots beside it: what a log is to Raft. It begins either at offset 0 or
 * at the end of a snapshot, without which what lies before would be lost.
 */
export class MetadataLog {
  readonly #log: PartitionLog
  readonly #world: World
  readonly #directory: string
  /** The oldest first. */
  #snapshots: StoredSnapshot[]
  #settings: QuorumSettings

  private constructor(options: {
    log: PartitionLog
    world: World
    directory: string
    snapshots: StoredSnapshot[]
  }) {
    this.#log = options.log
    this.#world = options.world
    this.#directory = options.directory
    this.#snapshots = options.snapshots
    this.#settings = NO_QUORUM_SETTINGS
  }

  /** Reads what the log says of its quorum. `directory` is the log's own. Rejects with MetadataLogError. */
  static async open({
    log,
    world,
    directory,
  }: {
    log: PartitionLog
    world: World
    directory: string
  }): Promise<MetadataLog> {
    await removeLeftovers(world.disk, directory)
    const snapshots = await listSnapshots(world.disk, directory)
    const opened = new MetadataLog({ log, world, directory, snapshots })
    await opened.#startAtSnapshot()
    await opened.#readSettings()
    return opened
  }

  async #readSettings(): Promise<void> {
    const latest = this.latestSnapshot
    for (const batch of latest === undefined ? [] : await this.readSnapshot(latest)) {
      this.#settings = applyControlRecords(this.#settings, batch, true)
    }
    for await (const batch of this.batchesFrom(this.#firstOffset, this.#log.logEndOffset)) {
      this.#settings = applyControlRecords(this.#settings, batch, false)
    }
  }

  /** The first offset of the log that the latest snapshot does not contain. */
  get #firstOffset(): number {
    return Math.max(this.latestSnapshot?.endOffset ?? 0, this.#log.logStartOffset)
  }

  /** A log that ends before its latest snapshot (a snapshot was all there was) goes on at the snapshot's end. */
  async #startAtSnapshot(): Promise<void> {
    const latest = this.latestSnapshot
    const { logStartOffset, logEndOffset } = this.#log
    if (latest !== undefined && logEndOffset < latest.endOffset) {
      await this.#log.truncateFullyAndStartAt({ offset: latest.endOffset })
      return
    }
    if (logStartOffset === 0 || this.#snapshots.some(({ endOffset }) => endOffset >= logStartOffset)) return
    throw new MetadataLogError(
      `${this.#directory} begins at offset ${logStartOffset} and has no snapshot of what was before: restore its .checkpoint files`,
    )
  }

  get settings(): QuorumSettings {
    return this.#settings
  }

  get endOffset(): number {
    return this.#log.logEndOffset
  }

  get flushedEndOffset(): number {
    return this.#log.flushedEndOffset
  }

  /** The last epoch in the log, or of the snapshot that it begins with. */
  get lastEpoch(): number {
    return Math.max(this.#log.latestEpoch ?? 0, this.latestSnapshot?.epoch ?? 0)
  }

  get latestSnapshot(): SnapshotId | undefined {
    return this.#snapshots.at(-1)
  }

  /** Everything there is below `endOffset`: the latest snapshot's batches, then those of the log behind it. */
  async *batches(endOffset: number): AsyncGenerator<MetadataLogBatch> {
    const latest = this.latestSnapshot
    if (latest !== undefined) yield* await this.readSnapshot(latest)
    yield* this.batchesFrom(this.#firstOffset, endOffset)
  }

  readSnapshot(id: SnapshotId): Promise<MetadataLogBatch[]> {
    return readSnapshot(this.#world.disk, join(this.#directory, snapshotFileName(id)))
  }

  /** The log's batches in `[offset, endOffset)`. */
  async *batchesFrom(offset: number, endOffset: number): AsyncGenerator<MetadataLogBatch> {
    let next = offset
    while (next < endOffset) {
      const now = this.readAt(next, endOffset)
      const batches = now instanceof Promise ? await now : now
      yield* batches
      next = (batches.at(-1)?.lastOffset ?? endOffset) + 1
    }
  }

  /** Some batches from `offset` on; at once where they are in memory. */
  readAt(offset: number, endOffset: number): MetadataLogBatch[] | Promise<MetadataLogBatch[]> {
    const read = this.#log.read({ offset, maxBytes: READ_BYTES, minOneMessage: true, endOffset })
    const parse = ({ buffers }: { buffers: readonly Buffer[] }) =>
      buffers.flatMap(bytes => readLoggedBatches(bytes, this.#directory))
    switch (read.from) {
      case 'memory':
        return parse(read)
      case 'file':
        return read.load().then(parse)
      case 'out-of-range':
        throw new MetadataLogError(`${this.#directory} has no offset ${offset}, which it was to have`)
    }
  }

  /** Appends in memory, at once. Throws StorageError. */
  append({ epoch, records, isControlBatch = false }: MetadataAppend): {
    baseOffset: number
    endOffset: number
  } {
    const batch = buildRecordBatch(records, { isControlBatch })
    const result = this.#log.appendAsLeader({ records: batch, leaderEpoch: epoch, origin: 'raft-leader' })
    if (result.outcome === 'appended') return result
    throw new MetadataLogError(`a batch of the metadata log was refused: ${result.outcome}`)
  }

  /** The records that begin an epoch; the voters among them while only the first snapshot tells them. */
  beginEpoch(epoch: {
    epoch: number
    leaderId: number
    voters: VoterSet
    grantingVoters: readonly number[]
  }): void {
    const { kraftVersion, votersOffset } = this.#settings
    const nowMs = this.#world.clock.nowMs()
    this.#log.assignEpochStartOffset({ leaderEpoch: epoch.epoch, startOffset: this.#log.logEndOffset })
    const quorum =
      votersOffset === undefined ? quorumRecords({ kraftVersion, voters: epoch.voters }, nowMs) : []
    this.append({
      epoch: epoch.epoch,
      records: [leaderChange(epoch, nowMs), ...quorum],
      isControlBatch: true,
    })
  }

  /** Tells the log, and through it whoever reads it, what is committed. */
  advanceHighWatermark(offset: number): void {
    this.#log.updateHighWatermark(offset)
  }

  /** Control records that were committed. */
  noteCommitted(batch: MetadataLogBatch): void {
    if (batch.controlRecords.length > 0) this.#settings = applyControlRecords(this.#settings, batch, false)
  }

  /** Writes a snapshot; it is on stable storage when it resolves. */
  async writeSnapshot(content: SnapshotContent): Promise<void> {
    const path = join(this.#directory, snapshotFileName(content.id))
    const writtenAtMs = this.#world.clock.nowMs()
    const batches = encodeSnapshot(content, writtenAtMs)
    const sizeBytes = await writeSnapshot(this.#world.disk, path, batches)
    this.#snapshots.push({ ...content.id, sizeBytes, writtenAtMs })
  }

  /**
   * Drops the oldest snapshots while there is more than `retentionBytes` of log and snapshots, or they are older than
   * `retentionMs`, and of the log what lies before the oldest that stays; the latest always does. Of the log whole
   * segments go at a time.
   */
  async dropOld({ retentionBytes, retentionMs }: MetadataRetention): Promise<void> {
    const nowMs = this.#world.clock.nowMs()
    let bytes = this.#snapshots.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#log.sizeBytes)
    for (;;) {
      const [oldest, next] = this.#snapshots
      if (oldest === undefined || next === undefined) return
      if (bytes <= retentionBytes && nowMs - oldest.writtenAtMs <= retentionMs) return
      const logBytes = this.#log.sizeBytes
      this.#snapshots.shift()
      this.#log.incrementLogStartOffset(next.endOffset)
      await this.#log.deleteOldSegments()
      await this.#world.disk.removeFile(join(this.#directory, snapshotFileName(oldest)))
      bytes -= oldest.sizeBytes + logBytes - this.#log.sizeBytes
    }
  }
}
