import type { Clock } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import type { Random } from '../io/random.ts'
import type { Command, CommandContext, Machine, ProducerIdAndEpoch, TransactionResult } from './machine.ts'
import { ParkedResponses } from './parked-responses.ts'
import type { RecordCodec, SerializedRecord } from './record-codec.ts'
import type { LoggedBatch, RecordsToAppend, RecordWriter } from './record-writer.ts'
import { TimerTable } from './timer-table.ts'

/** Header of a batch (61 bytes) and, at most, of each record in it (Kafka's DefaultRecord.MAX_RECORD_OVERHEAD). */
const batchOverheadBytes = 61
const recordOverheadBytes = 21

/**
 * - `inactive`: this node does not lead the log.
 * - `loading`: it leads and replays what is there.
 * - `active`: commands are taken.
 * - `failed`: the state could not be built or is no longer what the log says; only a new leadership helps.
 */
export type HostState = 'inactive' | 'loading' | 'active' | 'failed'

/** What callers get where the machine cannot answer; the owner's words (NOT_COORDINATOR, NOT_CONTROLLER ...). */
export interface HostErrors {
  /** Not led here, any more or at all. */
  notLeader(): Error
  loading(): Error
  /** The records of one command do not fit into a batch. */
  tooLarge(size: { sizeBytes: number; maxBatchBytes: number }): Error
  /** Written, but not committed within `commitTimeoutMs`. It may still be. */
  timedOut(): Error
}

export interface MachineHostOptions<M extends Machine<R, E, I>, R, E, I> {
  /** For the log: `__consumer_offsets-7`. */
  readonly name: string
  readonly createMachine: (timers: TimerTable) => M
  readonly codec: RecordCodec<R>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly errors: HostErrors
  /** How long a response waits to be committed; without it, for as long as this node leads. */
  readonly commitTimeoutMs?: number
  /**
   * Cuts the records of one command into batches where they need not be one; all of one by default. The owner then sees to it that
   * a crash between two of them does no harm (Begin- and EndTransactionRecord).
   */
  readonly intoBatches?: (records: readonly R[]) => readonly (readonly R[])[]
  /** The machine has replayed the log and takes commands from now on: set timers, take up what was left undone. */
  readonly onActive?: (machine: M) => void
  /** Follow-up work of committed state (`Machine.effects`). */
  readonly perform?: (effects: readonly E[], machine: M) => void
  /** The state is not what the log says (`state` is `failed`). The owner gives up the leadership or the process. */
  readonly onFailure?: (error: Error) => void
}

/** All that belongs to one leadership. */
interface Leadership<M> {
  readonly writer: RecordWriter
  readonly machine: M
  /** End of what was appended or replayed last: reads wait until it is committed. */
  endOffset: number
  stopListening: () => void
}

/**
 * Hosts one replicated state machine (Kafka's CoordinatorRuntime, and the event queue of its QuorumController). A
 * command decides, its records are appended to the log, then replayed, and its response is parked until they are
 * committed. As nothing is applied that is not in the log, there is never anything to take back.
 */
export class MachineHost<M extends Machine<R, E, I>, R, E = never, I = unknown> {
  readonly #options: MachineHostOptions<M, R, E, I>
  readonly #parked: ParkedResponses
  /** Timers of the machine; all are cancelled when the leadership is lost. */
  readonly timers: TimerTable
  #state: HostState = 'inactive'
  #leadership: Leadership<M> | undefined
  #image: { readonly value: I } | undefined

  constructor(options: MachineHostOptions<M, R, E, I>) {
    this.#options = options
    this.timers = new TimerTable(options.clock)
    this.#parked = new ParkedResponses({
      clock: options.clock,
      timeoutMs: options.commitTimeoutMs,
      timedOut: () => options.errors.timedOut(),
    })
  }

  get state(): HostState {
    return this.#state
  }

  get leaderEpoch(): number | undefined {
    return this.#leadership?.writer.leaderEpoch
  }

  /** Responses that wait for the high watermark. */
  get parkedResponses(): number {
    return this.#parked.size
  }

  /**
   * This node leads the log from now on. `batches` is all of the log up to the writer's end offset, a snapshot's
   * records first where there is one. Resolves once commands are taken, or this leadership is over before that;
   * rejects when the log cannot be read or replayed.
   */
  async becomeLeader({
    writer,
    batches,
  }: {
    writer: RecordWriter
    batches: AsyncIterable<LoggedBatch> | Iterable<LoggedBatch>
  }): Promise<void> {
    this.#dropLeadership()
    const machine = this.#options.createMachine(this.timers)
    const leadership: Leadership<M> = { writer, machine, endOffset: 0, stopListening: () => {} }
    this.#leadership = leadership
    this.#state = 'loading'
    try {
      for await (const batch of batches) {
        if (this.#leadership !== leadership) return
        this.#replayLogged(machine, batch)
      }
    } catch (error) {
      if (this.#leadership !== leadership) return
      this.#fail(error as Error)
      throw error
    }
    if (this.#leadership === leadership) this.#activate(leadership)
  }

  /** This node does not lead the log any more: the machine is dropped, whoever waits is told `notLeader`. */
  becomeFollower(): void {
    this.#dropLeadership()
    this.#state = 'inactive'
  }

  /** The cluster's metadata changed. A machine that is loaded later gets the latest. */
  updateImage(image: I): void {
    this.#image = { value: image }
    if (this.#state === 'active') this.#leadership?.machine.onMetadataImage(image)
  }

  /**
   * Runs a command at once; the promise settles when what it wrote, or what it read, is committed. A response that is a
   * promise itself is waited for after that.
   */
  run<T>(command: Command<M, R, T>): Promise<Awaited<T>> {
    try {
      const leadership = this.#active()
      const { records, response, producer } = command(leadership.machine, this.#context(leadership))
      if (records.length > 0) this.#write(leadership, records, producer)
      return this.#whenCommitted(leadership, response) as Promise<Awaited<T>>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Answers from committed state: waits for everything appended before it. */
  read<T>(query: (machine: M, at: CommandContext) => T): Promise<Awaited<T>> {
    return this.run((machine, at) => ({ records: [], response: query(machine, at) }))
  }

  /**
   * Looks at, or changes, soft state at once and waits for nothing: heartbeats, sessions, members of a rebalance under
   * way. Throws what `run` rejects with.
   */
  runSoft<T>(action: (machine: M, at: CommandContext) => T): T {
    const leadership = this.#active()
    return action(leadership.machine, this.#context(leadership))
  }

  /** Writes the marker that ends a transaction of `producer` in this log, and replays it. */
  endTransaction(marker: {
    producer: ProducerIdAndEpoch
    result: TransactionResult
    coordinatorEpoch: number
  }): Promise<void> {
    try {
      const leadership = this.#active()
      const timestampMs = this.#options.clock.nowMs()
      const { endOffset } = leadership.writer.appendEndTransaction({ ...marker, timestampMs })
      leadership.endOffset = endOffset
      this.#replayed(() => leadership.machine.replayEndTransaction(marker.producer, marker.result))
      this.#onWritten(leadership)
      return this.#whenCommitted(leadership, undefined)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Runs a command after `delayMs`, unless the key's timer is cancelled or set again until then. A command that fails
   * is logged and tried again.
   */
  schedule<T>({ key, delayMs, command }: { key: string; delayMs: number; command: Command<M, R, T> }): void {
    const action = async () => {
      try {
        await this.run(command)
      } catch (error) {
        this.#options.logger.warn({ err: error, log: this.#options.name, timer: key }, 'a timer failed')
        throw error
      }
    }
    this.timers.schedule({ key, delayMs, action })
  }

  #active(): Leadership<M> {
    if (this.#state === 'loading') throw this.#options.errors.loading()
    if (this.#state !== 'active' || this.#leadership === undefined) throw this.#options.errors.notLeader()
    return this.#leadership
  }

  #context({ writer }: Leadership<M>): CommandContext {
    const { clock, random } = this.#options
    return { nowMs: clock.nowMs(), nextOffset: writer.endOffset, random }
  }

  #write(leadership: Leadership<M>, records: readonly R[], producer: ProducerIdAndEpoch | undefined): void {
    const { clock, codec, errors, intoBatches = all => [all] } = this.#options
    const { maxBatchBytes } = leadership.writer
    const timestampMs = clock.nowMs()
    const batches = intoBatches(records).map(part => ({
      records: part,
      append: { records: part.map(record => codec.encode(record)), timestampMs, producer },
    }))
    for (const { append } of batches) {
      const sizeBytes = batchSizeBytes(append.records)
      if (sizeBytes > maxBatchBytes) throw errors.tooLarge({ sizeBytes, maxBatchBytes })
    }
    for (const [index, batch] of batches.entries()) {
      try {
        this.#appendAndReplay(leadership, batch.records, batch.append)
      } catch (error) {
        // The first batch failed whole and so did the command. Later, half of the command is in the log.
        if (index > 0 && this.#state === 'active') this.#fail(error as Error)
        throw error
      }
    }
    this.#onWritten(leadership)
  }

  #appendAndReplay(leadership: Leadership<M>, records: readonly R[], append: RecordsToAppend): void {
    const { writer, machine } = leadership
    const nextOffset = writer.endOffset
    const { baseOffset, endOffset } = writer.append(append)
    leadership.endOffset = endOffset
    this.#replayed(() => {
      if (baseOffset !== nextOffset || endOffset !== baseOffset + records.length) {
        throw new Error(`appended at ${baseOffset} to ${endOffset}, expected ${nextOffset}`)
      }
      const { leaderEpoch } = writer
      const { timestampMs, producer } = append
      records.forEach((record, index) => {
        machine.replay(record, { offset: baseOffset + index, leaderEpoch, timestampMs, producer })
      })
    })
  }

  /** Applies what is in the log already: an exception means that the state is not what the log says. */
  #replayed(apply: () => void): void {
    try {
      apply()
    } catch (error) {
      this.#fail(error as Error)
      throw this.#options.errors.notLeader()
    }
  }

  #replayLogged(machine: M, batch: LoggedBatch): void {
    const { leaderEpoch, producer } = batch
    if (batch.endTransaction !== undefined && producer !== undefined) {
      machine.replayEndTransaction(producer, batch.endTransaction)
    }
    for (const logged of batch.records) {
      const record = this.#options.codec.decode(logged)
      if (record === undefined) continue
      const { offset, timestampMs } = logged
      machine.replay(record, { offset, leaderEpoch, timestampMs, producer })
    }
  }

  #activate(leadership: Leadership<M>): void {
    const { writer, machine } = leadership
    leadership.endOffset = writer.endOffset
    leadership.stopListening = writer.onHighWatermark(() => this.#onHighWatermark(leadership))
    this.#state = 'active'
    if (this.#image !== undefined) machine.onMetadataImage(this.#image.value)
    this.#options.onActive?.(machine)
    if (this.#leadership === leadership) this.#performEffects(leadership)
  }

  #onHighWatermark(leadership: Leadership<M>): void {
    if (this.#leadership !== leadership) return
    this.#parked.complete(leadership.writer.highWatermark)
    this.#performEffects(leadership)
  }

  /** A log with one replica may have committed during the append, before the machine had replayed. */
  #onWritten(leadership: Leadership<M>): void {
    if (leadership.writer.highWatermark >= leadership.endOffset) this.#performEffects(leadership)
  }

  #performEffects({ writer, machine }: Leadership<M>): void {
    const effects = machine.effects(writer.highWatermark)
    if (effects.length > 0) this.#options.perform?.(effects, machine)
  }

  #whenCommitted<T>(leadership: Leadership<M>, response: T): Promise<T> {
    const { endOffset, writer } = leadership
    // Those parked before are answered before.
    if (this.#parked.size === 0 && writer.highWatermark >= endOffset) return Promise.resolve(response)
    return this.#parked.park(endOffset, response)
  }

  #fail(error: Error): void {
    this.#options.logger.error({ err: error, log: this.#options.name }, 'the state machine failed')
    this.#dropLeadership()
    this.#state = 'failed'
    this.#options.onFailure?.(error)
  }

  #dropLeadership(): void {
    this.#leadership?.stopListening()
    this.#leadership = undefined
    this.timers.cancelAll()
    this.#parked.failAll(() => this.#options.errors.notLeader())
  }
}

function batchSizeBytes(records: readonly SerializedRecord[]): number {
  let sizeBytes = batchOverheadBytes
  for (const { key, value } of records) {
    sizeBytes += recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  }
  return sizeBytes
}
