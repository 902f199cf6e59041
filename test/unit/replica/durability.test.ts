import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import type { RequiredAcks } from '../../../src/replica/partition.ts'
import { splitBatches } from '../log/log-fixture.ts'
import { batchOf, CONSUMER, ReplicaFixture, target } from './replica-fixture.ts'

/** What consumers are served, by base offset: the texts of the values. */
async function served(fixture: ReplicaFixture): Promise<Map<number, string>> {
  const texts = new Map<number, string>()
  for (let offset = 0; offset < fixture.partition('t').highWatermark; ) {
    const [fetched] = await fixture.replicas.fetch([target('t', offset)], CONSUMER)
    if (fetched === undefined || fetched.sizeBytes === 0) throw new Error(`nothing at ${offset}`)
    for (const { baseOffset, lastOffset, bytes } of splitBatches(Buffer.concat(fetched.buffers))) {
      texts.set(baseOffset, /v\d+;/.exec(bytes.toString('latin1'))?.[0] ?? '')
      offset = lastOffset + 1
    }
  }
  return texts
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
}

const round = fc.record({
  batches: fc.array(fc.record({ count: fc.integer({ min: 1, max: 5 }), turns: fc.nat(3) }), { maxLength: 8 }),
  turnsBeforeEnd: fc.nat(6),
  seed: fc.nat(1_000_000),
})

async function holdsThrough(
  acks: RequiredAcks,
  rounds: readonly {
    batches: readonly { count: number; turns: number }[]
    turnsBeforeEnd: number
    seed: number
  }[],
  end: (fixture: ReplicaFixture, seed: number) => Promise<ReplicaFixture>,
): Promise<void> {
  let fixture = await ReplicaFixture.start({ config: { segmentBytes: 600 } })
  await fixture.createTopic('t')
  const acknowledged = new Map<number, string>()
  let number = 0
  for (const { batches, turnsBeforeEnd, seed } of rounds) {
    for (const { count, turns } of batches) {
      const text = `v${number++};`
      void fixture.produce('t', batchOf({ count, text, valueBytes: 20 }), { acks }).then(append => {
        if (append.errorCode === ErrorCode.NONE) acknowledged.set(append.baseOffset as number, text)
      })
      await pass(turns)
    }
    await pass(turnsBeforeEnd)
    const promised = new Map(acknowledged)
    fixture = await end(fixture, seed)
    const found = await served(fixture)
    for (const [offset, text] of promised) expect(found.get(offset)).toBe(text)
    acknowledged.clear()
    for (const [offset, text] of promised) acknowledged.set(offset, text)
  }
  await fixture.stop()
}

it('what was acknowledged by all is served after any power cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async rounds => {
      await holdsThrough(-1, rounds, (fixture, seed) => fixture.crash(new SeededRandom(seed)))
    }),
    { numRuns: 60 },
  )
})

it('what was acknowledged by the leader is served after the process was killed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async rounds => {
      await holdsThrough(1, rounds, fixture => fixture.kill())
    }),
    { numRuns: 40 },
  )
})
