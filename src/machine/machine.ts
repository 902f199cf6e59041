import type { Random } from '../io/random.ts'

/** A producer of records in a transaction (offset commits written by one). */
export interface ProducerIdAndEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Where a record lies in the log. */
export interface RecordPosition {
  readonly offset: number
  readonly leaderEpoch: number
  /** Wall-clock milliseconds of the append. */
  readonly timestampMs: number
  /** Undefined outside of a transaction. */
  readonly producer: ProducerIdAndEpoch | undefined
}

/**
 * A replicated state machine: its state is what its log says. `replay` and `replayEndTransaction` alone change hard
 * state, and do so alike at any time and on any node. Soft state (members during a rebalance, sessions) may change in
 * other ways and begins anew after a load. (Kafka: CoordinatorShard, ControlManagers.)
 *
 * `R` is a record, `E` follow-up work, `I` the image of the cluster's metadata.
 */
export interface Machine<R, E = never, I = unknown> {
  replay(record: R, at: RecordPosition): void
  /** The transaction of `producer` ended: what it wrote counts, or never was. */
  replayEndTransaction(producer: ProducerIdAndEpoch, result: TransactionResult): void
  /** Called with the latest image after a load and at each change. Changes soft state only; what follows is a command. */
  onMetadataImage(image: I): void
  /**
   * Follow-up work that the state asks for as far as it is committed (send markers, delete logs): of records below
   * `highWatermark` only. Each piece is returned once in the life of a machine, and again after a load.
   */
  effects(highWatermark: number): readonly E[]
}

export type TransactionResult = 'commit' | 'abort'

/** What a command knows besides the machine. */
export interface CommandContext {
  readonly nowMs: number
  /** The offset of the first record that the command yields: some records carry their own. */
  readonly nextOffset: number
  readonly random: Random
}

export interface CommandResult<R, T> {
  /** One atomic batch. Empty: the command only read, and is answered once what it read is committed. */
  readonly records: readonly R[]
  readonly response: T
  /** The records belong to this producer's transaction. */
  readonly producer?: ProducerIdAndEpoch
}

/** Decides and changes nothing: reads the machine, yields records and a response. An exception fails the command alone. */
export type Command<M, R, T> = (machine: M, at: CommandContext) => CommandResult<R, T>
