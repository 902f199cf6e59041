import { ManualClock } from '../../../src/io/manual-clock.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type {
  Command,
  Machine,
  ProducerIdAndEpoch,
  RecordPosition,
  TransactionResult,
} from '../../../src/machine/machine.ts'
import type { MachineHostOptions } from '../../../src/machine/machine-host.ts'
import type { RecordCodec } from '../../../src/machine/record-codec.ts'
import { CheckedMachineHost } from '../support/checked-machine-host.ts'
import type { MemoryLog } from '../support/memory-record-writer.ts'
import { SilentLogger } from '../support/silent-logger.ts'

export interface CounterRecord {
  readonly name: string
  readonly count: number
}

/** Counts by name; counts of a transaction appear when it commits. Asks for an effect at each multiple of ten. */
export class CounterMachine implements Machine<CounterRecord, string, number> {
  readonly counts = new Map<string, number>()
  readonly pending = new Map<number, CounterRecord[]>()
  readonly positions: RecordPosition[] = []
  readonly images: number[] = []
  #effects: { offset: number; effect: string }[] = []

  replay(record: CounterRecord, at: RecordPosition): void {
    if (record.count < 0) throw new Error('a negative count')
    this.positions.push(at)
    if (at.producer !== undefined) {
      const { producerId } = at.producer
      this.pending.set(producerId, [...(this.pending.get(producerId) ?? []), record])
      return
    }
    this.counts.set(record.name, record.count)
    if (record.count % 10 === 0) {
      this.#effects.push({ offset: at.offset, effect: `${record.name}=${record.count}` })
    }
  }

  replayEndTransaction({ producerId }: ProducerIdAndEpoch, result: TransactionResult): void {
    const records = this.pending.get(producerId) ?? []
    this.pending.delete(producerId)
    if (result === 'commit') for (const { name, count } of records) this.counts.set(name, count)
  }

  onMetadataImage(image: number): void {
    this.images.push(image)
  }

  effects(highWatermark: number): readonly string[] {
    const due = this.#effects.filter(({ offset }) => offset < highWatermark)
    this.#effects = this.#effects.filter(({ offset }) => offset >= highWatermark)
    return due.map(({ effect }) => effect)
  }
}

const counterCodec: RecordCodec<CounterRecord> = {
  encode: ({ name, count }) => ({ key: Buffer.from(name), value: Buffer.from(String(count)) }),
  decode: ({ key, value }) =>
    key === undefined ? undefined : { name: key.toString(), count: Number(value?.toString()) },
}

export const increment =
  (name: string): Command<CounterMachine, CounterRecord, number> =>
  machine => {
    const count = (machine.counts.get(name) ?? 0) + 1
    return { records: [{ name, count }], response: count }
  }

type CounterOptions = MachineHostOptions<CounterMachine, CounterRecord, string, number>

export function counterHost(options: Partial<CounterOptions> & { log?: MemoryLog } = {}) {
  const clock = new ManualClock()
  const logger = new SilentLogger()
  const performed: string[] = []
  const { log, ...rest } = options
  const host = new CheckedMachineHost<CounterMachine, CounterRecord, string, number>(
    {
      name: 'counters-0',
      createMachine: () => new CounterMachine(),
      codec: counterCodec,
      clock,
      random: new SeededRandom(1),
      logger,
      errors: {
        notLeader: () => new Error('NOT_COORDINATOR'),
        loading: () => new Error('COORDINATOR_LOAD_IN_PROGRESS'),
        tooLarge: ({ sizeBytes }) => new Error(`RECORD_LIST_TOO_LARGE ${sizeBytes}`),
        timedOut: () => new Error('REQUEST_TIMED_OUT'),
      },
      perform: effects => performed.push(...effects),
      ...rest,
    },
    {
      hardState: machine => structuredClone({ counts: machine.counts, pending: machine.pending }),
      ...(log === undefined ? {} : { log }),
    },
  )
  return { host, clock, logger, performed, log: host.log }
}

/** Whether a promise has settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const waiting = Symbol('waiting')
  const pause = new Promise(resolve => setImmediate(() => resolve(waiting)))
  const outcome = await Promise.race([promise.catch(() => undefined), pause])
  return outcome !== waiting
}
