import type { Clock, Timer } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import type { Random } from '../io/random.ts'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import type { LogOutput } from './log-output.ts'
import { LogSegment, type SegmentFiles } from './log-segment.ts'
import type { LogTail } from './log-tail.ts'
import type { LogWriter } from './log-writer.ts'
import { encodeProducerSnapshot } from './producer-snapshot.ts'
import type { ProducerState } from './producer-state.ts'
import type { SegmentList } from './segment-list.ts'
import type { TopicPartition } from './topic-partition.ts'

/** What of the outside a log needs. */
export interface LogWorld {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Where a file read ended: the next read of a sequential reader begins there. */
export interface ReadCursor {
  readonly offset: number
  readonly segment: LogSegment
  readonly position: number
}

/**
 * The parts of one log, shared by the modules that work on it: `log-appender`, `log-reader`, `log-truncation`,
 * `retention`, `log-closer`. `PartitionLog` is the only one that others see.
 */
export interface LogState {
  readonly topicPartition: TopicPartition
  readonly topicId: string | undefined
  readonly world: LogWorld
  readonly files: SegmentFiles
  readonly writer: LogWriter
  readonly segments: SegmentList
  readonly tail: LogTail
  readonly output: LogOutput
  readonly epochs: LeaderEpochCache
  readonly producerIdExpirationMs: number
  /** `transaction.partition.verification.enable` */
  readonly verifiesTransactions: boolean
  /** Brings the directory's recovery points onto stable storage. */
  readonly checkpointRecoveryPoint: () => Promise<void>
  producers: ProducerState
  config: LogConfig
  logStartOffset: number
  logEndOffset: number
  highWatermark: number
  /** Of the newest producer snapshot that was there when the log was loaded, or made at its stop. */
  snapshotOffset: number
  /** Counts truncations: what was read from a file across one does not count. */
  truncations: number
  /** Files that are marked deleted and wait for their removal. */
  readonly pendingRemovals: Set<Timer>
  /** Newest last. */
  cursors: ReadCursor[]
  /** Appends have to wait: a truncation is under way, or the log is closed. */
  isSealed: boolean
}

/** A new segment, in memory. */
export function newSegment(
  state: Pick<LogState, 'files' | 'config' | 'world'>,
  baseOffset: number,
): LogSegment {
  return new LogSegment({
    files: state.files,
    baseOffset,
    nowMs: state.world.clock.nowMs(),
    rollJitterMs: rollJitterMs(state),
  })
}

/** So that the segments of many partitions do not all roll at once. */
export function rollJitterMs({ config, world }: Pick<LogState, 'config' | 'world'>): number {
  const bound = Math.min(config.segmentJitterMs, config.segmentMs, 0x7fff_ffff)
  return bound > 0 ? world.random.nextInt(bound) : 0
}

/** Leaves the active segment behind and goes on in a new one that begins at `baseOffset`. */
export function rollSegment(state: LogState, baseOffset: number): LogSegment {
  const { segments, producers, output } = state
  const rolled = segments.active
  if (rolled.baseOffset === baseOffset) return rolled
  producers.advanceTo(baseOffset)
  segments.push(newSegment(state, baseOffset))
  output.onRolled({
    segment: rolled,
    endOffset: baseOffset,
    producerSnapshot: encodeProducerSnapshot(producers.entries(), producers.count),
  })
  return segments.active
}

export function nameOf({ topicPartition: { topic, partition } }: Pick<LogState, 'topicPartition'>): string {
  return `${topic}-${partition}`
}
