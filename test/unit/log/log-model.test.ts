import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { FlushMode } from '../../../src/log/log-config.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { buildRecordBatch } from '../../../src/protocol/records/record-batch-builder.ts'
import { LogFixture, markerOf, readAll, settle } from './log-fixture.ts'

/** What the model keeps of an appended batch. */
interface ModelBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly timestamps: readonly number[]
  readonly bytes: Buffer
  readonly producer?: { readonly id: number; readonly lastSequence: number; readonly transactional: boolean }
  readonly marker?: { readonly id: number; readonly aborts: boolean }
}

/** A log as a list of batches, and what follows from it. */
class LogModel {
  /** All of them, those before the log start, too. */
  batches: ModelBatch[] = []
  logStartOffset = 0
  logEndOffset = 0
  leaderEpoch = 0

  get live(): ModelBatch[] {
    return this.batches.filter(batch => batch.lastOffset >= this.logStartOffset)
  }

  nextSequence(id: number): number {
    const last = this.batches.findLast(batch => batch.producer?.id === id)
    return last?.producer === undefined ? 0 : last.producer.lastSequence + 1
  }

  /** The transactions, by the offsets of their first batch and of their marker. */
  transactions(): { id: number; firstOffset: number; lastOffset?: number; aborts?: boolean }[] {
    const all: { id: number; firstOffset: number; lastOffset?: number; aborts?: boolean }[] = []
    for (const { producer, marker, baseOffset } of this.batches) {
      const id = producer?.id ?? marker?.id
      const open = all.find(transaction => transaction.id === id && transaction.lastOffset === undefined)
      if (producer?.transactional && open === undefined)
        all.push({ id: producer.id, firstOffset: baseOffset })
      else if (marker !== undefined && open !== undefined) {
        open.lastOffset = baseOffset
        open.aborts = marker.aborts
      }
    }
    return all
  }

  hasOpenTransaction(id: number): boolean {
    return this.transactions().some(
      transaction => transaction.id === id && transaction.lastOffset === undefined,
    )
  }

  get lastStableOffset(): number {
    const open = this.transactions().filter(transaction => transaction.lastOffset === undefined)
    const first = Math.min(...open.map(transaction => transaction.firstOffset), this.logEndOffset)
    return Math.max(first, this.logStartOffset)
  }

  truncateTo(offset: number): void {
    this.batches = this.batches.filter(batch => batch.lastOffset < offset)
    this.logEndOffset = offset
    this.logStartOffset = Math.min(this.logStartOffset, offset)
  }
}

type Step =
  | {
      kind: 'append'
      producer: number
      transactional: boolean
      count: number
      bytes: number
      timestamp: number
    }
  | { kind: 'marker'; producer: number; aborts: boolean }
  | { kind: 'settle' | 'roll' | 'retain' | 'restart' | 'kill' | 'epoch' }
  | { kind: 'crash'; seed: number }
  | { kind: 'truncate'; part: number }
  | { kind: 'deleteRecords'; part: number }

const part = fc.double({ min: 0, max: 1, noNaN: true })
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.integer({ min: 0, max: 3 }),
      transactional: fc.boolean(),
      count: fc.integer({ min: 1, max: 4 }),
      bytes: fc.integer({ min: 0, max: 300 }),
      timestamp: fc.integer({ min: 0, max: 500 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('marker' as const),
      producer: fc.integer({ min: 1, max: 3 }),
      aborts: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('settle', 'settle', 'roll', 'retain', 'restart', 'kill', 'epoch'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), seed: fc.integer() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), part }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRecords' as const), part }) },
) as fc.Arbitrary<Step>

class Run {
  readonly model = new LogModel()
  fixture: LogFixture

  constructor(fixture: LogFixture) {
    this.fixture = fixture
  }

  get log(): PartitionLog {
    return this.fixture.log
  }

  async step(step: Step): Promise<void> {
    const { model, log } = this
    switch (step.kind) {
      case 'append':
        return this.#append(step)
      case 'marker':
        return this.#marker(step)
      case 'settle':
        return settle()
      case 'roll':
        return log.roll()
      case 'epoch':
        model.leaderEpoch++
        return
      case 'deleteRecords': {
        const offset = this.#between(model.logStartOffset, model.logEndOffset, step.part)
        log.updateHighWatermark(log.logEndOffset)
        log.incrementLogStartOffset(offset)
        model.logStartOffset = offset
        await this.fixture.manager.checkpointLogStartOffsets()
        return
      }
      case 'retain':
        return this.#retain()
      case 'truncate': {
        // Leaders' epochs end where batches end.
        const ends = model.live.map(batch => batch.lastOffset + 1)
        const offset = ends[Math.floor(step.part * (ends.length - 1))] ?? model.logEndOffset
        await log.truncateTo(offset)
        if (offset < model.logEndOffset) model.truncateTo(offset)
        return
      }
      case 'restart':
        this.fixture = await this.fixture.restart()
        return
      case 'kill': {
        const { writtenEndOffset } = log
        return this.#comeBack(await this.fixture.kill(), writtenEndOffset)
      }
      case 'crash': {
        const { flushedEndOffset } = log
        return this.#comeBack(await this.fixture.crash(new SeededRandom(step.seed)), flushedEndOffset)
      }
    }
  }

  #between(from: number, to: number, at: number): number {
    return from + Math.floor((to - from) * at)
  }

  #append({ producer: id, transactional, count, bytes, timestamp }: Step & { kind: 'append' }): void {
    const { model, log } = this
    const timestamps = Array.from({ length: count }, (_, index) => timestamp + ((index * 7) % 5))
    // A producer with a transaction open writes in it.
    const isTransactional = id > 0 && (transactional || model.hasOpenTransaction(id))
    const baseSequence = model.nextSequence(id)
    const records = buildRecordBatch(
      timestamps.map(at => ({ key: Buffer.from('k'), value: Buffer.alloc(bytes, 'v'), timestamp: at })),
      id === 0 ? {} : { producerId: id, producerEpoch: 0, baseSequence, isTransactional },
    )
    const result = log.appendAsLeader({ records, leaderEpoch: model.leaderEpoch, origin: 'client' })
    const baseOffset = model.logEndOffset
    const lastOffset = baseOffset + count - 1
    expect(result).toMatchObject({ outcome: 'appended', baseOffset, lastOffset })
    model.batches.push({
      baseOffset,
      lastOffset,
      leaderEpoch: model.leaderEpoch,
      timestamps,
      bytes: Buffer.from(records),
      ...(id === 0
        ? {}
        : { producer: { id, lastSequence: baseSequence + count - 1, transactional: isTransactional } }),
    })
    model.logEndOffset = lastOffset + 1
  }

  #marker({ producer: id, aborts }: Step & { kind: 'marker' }): void {
    const { model, log } = this
    const records = markerOf({ result: aborts ? 'abort' : 'commit', producerId: id, producerEpoch: 0 })
    const result = log.appendAsLeader({ records, leaderEpoch: model.leaderEpoch, origin: 'coordinator' })
    const baseOffset = model.logEndOffset
    expect(result).toMatchObject({ outcome: 'appended', baseOffset })
    const batch = { baseOffset, lastOffset: baseOffset, leaderEpoch: model.leaderEpoch, timestamps: [1000] }
    model.batches.push({ ...batch, bytes: Buffer.from(records), marker: { id, aborts } })
    model.logEndOffset++
  }

  /** All but the last kilobyte may go. */
  async #retain(): Promise<void> {
    const { model, log } = this
    await settle()
    log.updateHighWatermark(log.logEndOffset)
    log.updateConfig({ ...log.config, retentionBytes: 1000 })
    await log.deleteOldSegments()
    log.updateConfig(this.fixture.config)
    expect(log.logStartOffset).toBeGreaterThanOrEqual(model.logStartOffset)
    expect(log.logEndOffset).toBe(model.logEndOffset)
    model.logStartOffset = log.logStartOffset
  }

  /** After a crash: a prefix of what was there, with everything before `leastOffset`. */
  #comeBack(fixture: LogFixture, leastOffset: number): void {
    const { model } = this
    this.fixture = fixture
    const { logEndOffset, logStartOffset } = fixture.log
    expect(logEndOffset).toBeGreaterThanOrEqual(leastOffset)
    expect(logEndOffset).toBeLessThanOrEqual(model.logEndOffset)
    if (logEndOffset < model.logEndOffset) model.truncateTo(logEndOffset)
    expect(logStartOffset).toBe(model.logStartOffset)
  }

  async check(): Promise<void> {
    const { model, log } = this
    expect({ start: log.logStartOffset, end: log.logEndOffset }).toEqual({
      start: model.logStartOffset,
      end: model.logEndOffset,
    })
    const read = await readAll(log)
    expect(read.map(batch => batch.bytes.toString('hex'))).toEqual(
      model.live.map(batch => batch.bytes.toString('hex')),
    )
    this.#checkEpochs()
    this.#checkProducers()
    log.updateHighWatermark(log.logEndOffset)
    expect(log.lastStableOffset).toBe(model.lastStableOffset)
    await this.#checkAborted()
    await this.#checkTimestamps()
  }

  #checkEpochs(): void {
    const { model, log } = this
    const inLog = model.live.map(batch => batch.leaderEpoch)
    for (const leaderEpoch of new Set(inLog)) {
      const next = model.live.find(batch => batch.leaderEpoch > leaderEpoch)
      const endOffset = next === undefined ? model.logEndOffset : next.baseOffset
      expect(log.endOffsetForEpoch(leaderEpoch)).toEqual({ leaderEpoch, endOffset })
    }
  }

  #checkProducers(): void {
    const { model, log } = this
    const producers = log.activeProducers()
    for (const id of [1, 2, 3]) {
      const known = producers.find(producer => producer.producerId === id)
      // What was known only from batches that are deleted may be forgotten by a truncation.
      const isInLog = model.live.some(batch => batch.producer?.id === id)
      if (isInLog || (known !== undefined && known.lastSequence >= 0)) {
        expect(known?.lastSequence).toBe(model.nextSequence(id) - 1)
      }
      const open = model
        .transactions()
        .find(({ id: other, lastOffset }) => other === id && lastOffset === undefined)
      if (isInLog) expect(known?.currentTransactionStartOffset).toBe(open?.firstOffset)
    }
  }

  async #checkAborted(): Promise<void> {
    const { model, log } = this
    const startOffset = Math.floor((model.logStartOffset + model.logEndOffset) / 2)
    const endOffset = Math.min(model.logEndOffset, startOffset + 10)
    if (startOffset === endOffset) return
    const expected = model
      .transactions()
      .filter(
        ({ aborts, firstOffset, lastOffset }) =>
          aborts && lastOffset! >= startOffset && firstOffset < endOffset,
      )
      .map(({ id, firstOffset }) => ({ producerId: id, firstOffset }))
    const found = await log.abortedTransactions({ startOffset, endOffset })
    const sorted = (list: { firstOffset: number }[]) =>
      list.sort((one, other) => one.firstOffset - other.firstOffset)
    expect(sorted(found)).toEqual(sorted(expected))
  }

  async #checkTimestamps(): Promise<void> {
    const { model, log } = this
    const records = model.live.flatMap(({ timestamps, baseOffset }) =>
      timestamps.map((timestamp, index) => ({ timestamp, offset: baseOffset + index })),
    )
    const live = records.filter(({ offset }) => offset >= model.logStartOffset)
    for (const timestamp of [0, 100, 250, 499, 900, 2000]) {
      const found = await log.offsetForTimestamp(BigInt(timestamp))
      expect(found?.offset).toBe(live.find(record => record.timestamp >= timestamp)?.offset)
    }
    const largest = Math.max(...live.map(record => record.timestamp))
    const first = live.find(record => record.timestamp === largest)
    const found = await log.offsetOfMaxTimestamp()
    // A batch that begins before the log start offset may give a record before it.
    if (model.live[0] === undefined || model.live[0].baseOffset >= model.logStartOffset) {
      expect(found?.offset).toBe(first?.offset)
    }
  }
}

async function runSteps(
  sequence: Step[],
  options: { flushMode: FlushMode; maxCachedBytes: number },
): Promise<void> {
  const run = new Run(
    await LogFixture.open({
      config: {
        flushMode: options.flushMode,
        segmentBytes: 1500,
        indexIntervalBytes: 150,
        fileDeleteDelayMs: 10,
      },
      limits: { maxCachedBytes: options.maxCachedBytes, maxOpenFiles: 3 },
    }),
  )
  for (const step of sequence) {
    // In the lazy mode power cuts lose what was acknowledged, by design: a kill is what it has to live through.
    const isCrash = step.kind === 'crash' && options.flushMode === 'lazy'
    await run.step(isCrash ? { kind: 'kill' } : step)
    if (step.kind !== 'append' && step.kind !== 'marker') await run.check()
  }
  await run.check()
}

describe('a log', () => {
  const scripts = fc.array(steps, { minLength: 1, maxLength: 60, size: 'max' })

  it('does what its model does, whatever happens to it, in the durable mode', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.constantFrom(0, 100_000), (sequence, maxCachedBytes) =>
        runSteps(sequence, { flushMode: 'durable', maxCachedBytes }),
      ),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 60) },
    )
  })

  it('does what its model does, whatever happens to it, in the lazy mode', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.constantFrom(0, 100_000), (sequence, maxCachedBytes) =>
        runSteps(sequence, { flushMode: 'lazy', maxCachedBytes }),
      ),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 40) },
    )
  })
})
