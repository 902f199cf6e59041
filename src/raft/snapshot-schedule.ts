import type { Timer } from '../io/clock.ts'
import type { World } from '../io/world.ts'
import type { MetadataLogBatch } from './logged-batches.ts'
import type { MetadataLog } from './metadata-log.ts'
import type { VoterSet } from './voter-set.ts'

const DEFAULT_RETENTION_MS = 7 * 24 * 60 * 60 * 1000

/** The state at one offset, as records; taken at once, from what has been applied. */
export interface SnapshotSource {
  /** Undefined: not now (inside of a metadata transaction), or there is nothing yet. */
  take():
    | {
        readonly lastContainedOffset: number
        readonly lastContainedEpoch: number
        readonly lastContainedLogTimestampMs: number
        readonly records: Iterable<Buffer>
      }
    | undefined
}

export interface SnapshotLimits {
  /** `metadata.log.max.record.bytes.between.snapshots` */
  readonly maxBytesBetween: number
  /** `metadata.log.max.snapshot.interval.ms`; undefined: by size alone. */
  readonly maxIntervalMs: number | undefined
  /** `metadata.max.retention.bytes`: with more than that in log and snapshots, the old go; undefined: no limit. */
  readonly retentionBytes: number | undefined
  /** `metadata.max.retention.ms`: those that are older go; a week unless told. */
  readonly retentionMs?: number | undefined
}

/** Decides when a snapshot of the metadata is written, and writes one at a time (Kafka's SnapshotGenerator). */
export class SnapshotSchedule {
  readonly #world: World
  readonly #metadataLog: MetadataLog
  readonly #voters: VoterSet
  readonly #source: SnapshotSource
  readonly #limits: SnapshotLimits
  #bytesSince = 0
  #writing: Promise<void> | undefined
  #timer: Timer | undefined

  constructor(options: {
    world: World
    metadataLog: MetadataLog
    voters: VoterSet
    source: SnapshotSource
    limits: SnapshotLimits
  }) {
    this.#world = options.world
    this.#metadataLog = options.metadataLog
    this.#voters = options.voters
    this.#source = options.source
    this.#limits = options.limits
  }

  /** Batches were committed and applied. */
  onCommitted(batches: readonly MetadataLogBatch[]): void {
    for (const { sizeBytes } of batches) this.#bytesSince += sizeBytes
    this.#startTimer()
    if (this.#bytesSince >= this.#limits.maxBytesBetween) this.#maybeWrite()
  }

  /** Waits for the one under way. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    await this.#writing
  }

  #startTimer(): void {
    const { maxIntervalMs } = this.#limits
    if (maxIntervalMs === undefined || this.#timer !== undefined) return
    this.#timer = this.#world.clock.setTimer(maxIntervalMs, () => {
      this.#timer = undefined
      this.#maybeWrite()
    })
  }

  #maybeWrite(): void {
    if (this.#writing !== undefined) return
    const taken = this.#source.take()
    if (taken === undefined) return
    const endOffset = taken.lastContainedOffset + 1
    if (endOffset <= (this.#metadataLog.latestSnapshot?.endOffset ?? 0)) return
    this.#bytesSince = 0
    const { kraftVersion } = this.#metadataLog.settings
    const id = { endOffset, epoch: taken.lastContainedEpoch }
    this.#writing = this.#metadataLog
      .writeSnapshot({ ...taken, id, kraftVersion, voters: this.#voters })
      .then(() =>
        this.#metadataLog.dropOld({
          retentionBytes: this.#limits.retentionBytes ?? Number.MAX_SAFE_INTEGER,
          retentionMs: this.#limits.retentionMs ?? DEFAULT_RETENTION_MS,
        }),
      )
      .catch((error: unknown) => {
        const logger = this.#world.logger.named('org.apache.kafka.image.publisher.SnapshotGenerator')
        logger.error({ err: error }, 'the metadata snapshot could not be written; the next one will be tried')
      })
      .finally(() => {
        this.#writing = undefined
      })
  }
}
