import type { Compute } from '../../../src/io/compute.ts'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { World } from '../../../src/io/world.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../src/log/log-config.ts'
import { LogManager, type LogManagerOptions } from '../../../src/log/log-manager.ts'
import type { AppendOrigin, AppendResult, PartitionLog } from '../../../src/log/partition-log.ts'
import { sizeOfBatchAt } from '../../../src/protocol/records/batch-parser.ts'
import {
  ControlRecordType,
  encodeControlRecordKey,
  encodeEndTransactionMarker,
} from '../../../src/protocol/records/control-record.ts'
import { readBaseOffset, readLastOffset } from '../../../src/protocol/records/record-batch.ts'
import {
  buildRecordBatch,
  type RecordBatchOptions,
} from '../../../src/protocol/records/record-batch-builder.ts'
import { SilentLogger } from '../support/silent-logger.ts'

export const LOG_DIR = '/data'
export const TOPIC_ID = 'AAAAAAAAQAAAAAAAAAAAAQ'
export const topicPartition = { topic: 'topic', partition: 0 }
const compute: Compute = { run: job => job() }

export interface FixtureOptions {
  readonly disk?: MemoryDisk
  readonly clock?: ManualClock
  readonly config?: Partial<LogConfig>
  readonly manager?: Partial<LogManagerOptions>
  readonly limits?: Partial<LogManagerOptions['limits']>
}

/** A manager over a memory disk, and one log of its. */
export class LogFixture {
  readonly disk: MemoryDisk
  readonly clock: ManualClock
  readonly config: LogConfig
  readonly manager: LogManager
  readonly #options: FixtureOptions
  #log: PartitionLog | undefined

  private constructor(options: {
    disk: MemoryDisk
    clock: ManualClock
    manager: LogManager
    options: FixtureOptions
  }) {
    this.disk = options.disk
    this.clock = options.clock
    this.config = configOf(options.options)
    this.manager = options.manager
    this.#options = options.options
  }

  /** Opens the manager, loads what there is, and creates the log where it is not there. */
  static async open(options: FixtureOptions = {}): Promise<LogFixture> {
    const fixture = await LogFixture.openManager(options)
    await fixture.manager.load({ configFor: () => fixture.config, isStray: () => false })
    const log = fixture.manager.getLog(topicPartition)
    fixture.#log =
      log ?? (await fixture.manager.createLog({ topicPartition, topicId: TOPIC_ID, config: fixture.config }))
    return fixture
  }

  static async openManager(options: FixtureOptions = {}): Promise<LogFixture> {
    const disk = options.disk ?? new MemoryDisk()
    const clock = options.clock ?? new ManualClock()
    const world = {
      clock,
      disk,
      random: new SeededRandom(7),
      compute,
      logger: new SilentLogger(),
    } as unknown as World
    const manager = await LogManager.open({
      world,
      logDirs: [LOG_DIR],
      recoveryParallelism: 2,
      initialTaskDelayMs: 30_000,
      retentionCheckIntervalMs: 300_000,
      recoveryPointCheckpointIntervalMs: 60_000,
      logStartOffsetCheckpointIntervalMs: 60_000,
      // Far longer than the tests' timestamps are old.
      producerIdExpirationMs: 1e15,
      producerIdExpirationCheckIntervalMs: 600_000,
      verifiesTransactions: false,
      ...options.manager,
      limits: {
        maxUnwrittenBytes: 64 * 1024 * 1024,
        maxUnwrittenBytesPerLog: 16 * 1024 * 1024,
        maxCachedBytes: 32 * 1024 * 1024,
        maxConcurrentWrites: 2,
        maxConcurrentFlushes: 2,
        maxOpenFiles: 100,
        ...options.limits,
      },
    })
    return new LogFixture({ disk, clock, manager, options: { ...options, clock } })
  }

  get log(): PartitionLog {
    if (this.#log === undefined) throw new Error('the fixture was opened without a log')
    return this.#log
  }

  /** Power is cut and the log is loaded from what is left. */
  async crash(random?: SeededRandom, options: FixtureOptions = {}): Promise<LogFixture> {
    const disk = this.disk.crash(random)
    return LogFixture.open({ ...this.#options, ...options, disk })
  }

  /** The process dies, the machine lives: nothing that reached the disk is lost. */
  async kill(options: FixtureOptions = {}): Promise<LogFixture> {
    const disk = this.disk.copy()
    return LogFixture.open({ ...this.#options, ...options, disk })
  }

  async restart(options: FixtureOptions = {}): Promise<LogFixture> {
    await this.manager.close({ brokerEpoch: 5 })
    return LogFixture.open({ ...this.#options, ...options, disk: this.disk.copy() })
  }
}

export function configOf({ config }: FixtureOptions): LogConfig {
  return { ...DEFAULT_LOG_CONFIG, ...config }
}

/** Promises that wait for nothing but each other have gone on. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise(resolve => setImmediate(resolve))
}

export interface BatchOptions extends RecordBatchOptions {
  readonly count?: number
  readonly timestamp?: number
  readonly valueBytes?: number
  readonly text?: string
}

export function batchOf({
  count = 1,
  timestamp = 1_000,
  valueBytes = 10,
  text = 'v',
  ...options
}: BatchOptions = {}): Buffer {
  const value = Buffer.alloc(valueBytes, text)
  const records = Array.from({ length: count }, () => ({ key: Buffer.from('k'), value, timestamp }))
  return buildRecordBatch(records, options)
}

/** A control batch that ends a transaction. */
export function markerOf({
  result,
  coordinatorEpoch = 0,
  timestamp = 1_000,
  ...producer
}: {
  result: 'commit' | 'abort'
  producerId: number
  producerEpoch: number
  coordinatorEpoch?: number
  timestamp?: number
}): Buffer {
  const type = result === 'commit' ? ControlRecordType.COMMIT : ControlRecordType.ABORT
  return buildRecordBatch(
    [
      {
        key: encodeControlRecordKey(type),
        value: encodeEndTransactionMarker(coordinatorEpoch),
        timestamp,
      },
    ],
    { ...producer, isTransactional: true, isControlBatch: true },
  )
}

export function append(
  log: PartitionLog,
  records: Buffer,
  { leaderEpoch = 0, origin = 'client' }: { leaderEpoch?: number; origin?: AppendOrigin } = {},
): AppendResult {
  return log.appendAsLeader({ records, leaderEpoch, origin })
}

export interface ReadBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly bytes: Buffer
}

/** The batches that a read returns, wherever they lie. */
export async function readBatches(
  log: PartitionLog,
  {
    offset,
    maxBytes = 1024 * 1024,
    minOneMessage = true,
    endOffset = log.logEndOffset,
  }: { offset: number; maxBytes?: number; minOneMessage?: boolean; endOffset?: number },
): Promise<ReadBatch[]> {
  const read = log.read({ offset, maxBytes, minOneMessage, endOffset })
  if (read.from === 'out-of-range') throw new Error(`offset ${offset} is out of range`)
  const { buffers } = read.from === 'memory' ? read : await read.load()
  return buffers.flatMap(buffer => splitBatches(buffer))
}

export function splitBatches(buffer: Buffer): ReadBatch[] {
  const batches: ReadBatch[] = []
  for (let at = 0; at < buffer.length; ) {
    const sizeBytes = sizeOfBatchAt(buffer, at, buffer.length)
    if (sizeBytes <= 0) throw new Error(`no whole batch at ${at} of ${buffer.length}`)
    batches.push({
      baseOffset: readBaseOffset(buffer, at),
      lastOffset: readLastOffset(buffer, at),
      bytes: buffer.subarray(at, at + sizeBytes),
    })
    at += sizeBytes
  }
  return batches
}

/** Everything from `offset` on, read in pieces. */
export async function readAll(
  log: PartitionLog,
  { offset = log.logStartOffset, maxBytes = 1000 }: { offset?: number; maxBytes?: number } = {},
): Promise<ReadBatch[]> {
  const batches: ReadBatch[] = []
  for (let next = offset; next < log.logEndOffset; ) {
    const more = await readBatches(log, { offset: next, maxBytes })
    const last = more.at(-1)
    if (last === undefined) break
    batches.push(...more)
    next = last.lastOffset + 1
  }
  return batches
}
