import { deepStrictEqual } from 'node:assert'
import type { Command, Machine } from '../../../src/machine/machine.ts'
import { MachineHost, type MachineHostOptions } from '../../../src/machine/machine-host.ts'
import { TimerTable } from '../../../src/machine/timer-table.ts'
import { type MemoryBatch, MemoryLog } from './memory-record-writer.ts'

/**
 * Everything of a machine that its log must bring back, as plain data, copied: maps and sets are fine, live objects
 * of the machine are not. Soft state is left out.
 */
export type HardState<M> = (machine: M) => unknown

/**
 * A host that checks at every command what holds for every machine: a command changes no hard state, and a fresh machine that
 * replays the log is in the state of the living one. Timers' commands are checked, too.
 */
export class CheckedMachineHost<M extends Machine<R, E, I>, R, E = never, I = unknown> extends MachineHost<
  M,
  R,
  E,
  I
> {
  readonly log: MemoryLog
  readonly #options: MachineHostOptions<M, R, E, I>
  readonly #hardState: HardState<M>
  #violation: Error | undefined

  constructor(
    options: MachineHostOptions<M, R, E, I>,
    { hardState, log = new MemoryLog() }: { hardState: HardState<M>; log?: MemoryLog },
  ) {
    super(options)
    this.#options = options
    this.#hardState = hardState
    this.log = log
  }

  /** Leads the memory log in a new epoch and replays all of it. */
  async lead(options: { maxBatchBytes?: number } = {}): Promise<void> {
    await this.becomeLeader({ writer: this.log.lead(options), batches: [...this.log.batches] })
  }

  override run<T>(command: Command<M, R, T>): Promise<Awaited<T>> {
    const checked: Command<M, R, T> = (machine, at) => {
      const before = this.#hardState(machine)
      try {
        return command(machine, at)
      } finally {
        this.#compare(this.#hardState(machine), before, 'a command changed hard state')
      }
    }
    const running = super.run(checked)
    running.catch(() => {})
    this.checkReplayEquivalence()
    return running
  }

  /** Throws when the living machine and one built from the log differ, or when any earlier check has failed. */
  checkReplayEquivalence(): void {
    if (this.state === 'active') {
      const living = this.runSoft(machine => this.#hardState(machine))
      this.#compare(this.#hardState(this.rebuild()), living, 'a machine built from the log differs')
    }
    if (this.#violation !== undefined) throw this.#violation
  }

  /** Notes the first difference instead of throwing: a command's or a timer's exception would not reach the test. */
  #compare(actual: unknown, expected: unknown, message: string): void {
    try {
      deepStrictEqual(actual, expected)
    } catch (error) {
      this.#violation ??= new Error(`${message}: ${(error as Error).message}`)
    }
  }

  /** A fresh machine that has replayed `batches`, all of the log by default. */
  rebuild(batches: readonly MemoryBatch[] = this.log.batches): M {
    const { createMachine, codec, clock } = this.#options
    const machine = createMachine(new TimerTable(clock))
    for (const { leaderEpoch, producer, endTransaction, records } of batches) {
      if (endTransaction !== undefined && producer !== undefined) {
        machine.replayEndTransaction(producer, endTransaction)
      }
      for (const { offset, timestampMs, key, value } of records) {
        const record = codec.decode({ key, value })
        if (record !== undefined) machine.replay(record, { offset, leaderEpoch, timestampMs, producer })
      }
    }
    return machine
  }
}
