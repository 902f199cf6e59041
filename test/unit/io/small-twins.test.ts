import { describe, expect, it } from 'vitest'
import { NodeClock } from '../../../src/io/node-clock.ts'
import { NodeCompute } from '../../../src/io/node-compute.ts'
import { NodeRandom } from '../../../src/io/node-random.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'

describe('the clock of the machine', () => {
  it('never calls a timer early', async () => {
    const clock = new NodeClock()
    for (const delayMs of [0, 0.4, 1.5, 7.3]) {
      const startMs = clock.monotonicMs()
      await new Promise<void>(resolve => clock.setTimer(delayMs, resolve))
      expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(delayMs)
    }
  })

  it('does not take a delay of years for none', async () => {
    const clock = new NodeClock()
    let fired = false
    const timer = clock.setTimer(2 ** 40, () => {
      fired = true
    })
    await new Promise<void>(resolve => clock.setTimer(5, resolve))
    timer.cancel()
    expect(fired).toBe(false)
  })
})

describe('compute', () => {
  it('starts jobs in order, a bounded number at a time, and survives one that fails', async () => {
    const compute = new NodeCompute({ concurrentJobs: 2 })
    const started: number[] = []
    const finish: (() => void)[] = []
    const job = (index: number) => () => {
      started.push(index)
      return new Promise<number>((resolve, reject) => {
        finish[index] = () => (index === 1 ? reject(new Error('job 1')) : resolve(index))
      })
    }
    const results = Promise.allSettled([0, 1, 2, 3].map(index => compute.run(job(index))))
    await Promise.resolve()
    expect(started).toEqual([0, 1])
    finish[1]!()
    await new Promise(resolve => setImmediate(resolve))
    expect(started).toEqual([0, 1, 2])
    finish[0]!()
    finish[2]!()
    await new Promise(resolve => setImmediate(resolve))
    finish[3]!()
    expect((await results).map(result => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
  })
})

describe.each([
  { name: 'SeededRandom', random: () => new SeededRandom(7) },
  { name: 'NodeRandom', random: () => new NodeRandom() },
])('$name', ({ random }) => {
  it('gives every number below the bound about as often, and none above', () => {
    const source = random()
    const counts = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 20_000; draw++) {
      const value = source.nextInt(10)
      counts[value] = counts[value]! + 1
    }
    expect(counts).toHaveLength(10)
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(300)
    expect(source.nextInt(2 ** 31)).toBeLessThan(2 ** 31)
    expect(source.bytes(33)).toHaveLength(33)
  })
})

it('a seeded random repeats itself and differs between seeds', () => {
  const draws = (seed: number) => new SeededRandom(seed).bytes(64).toString('hex')
  expect(draws(1)).toBe(draws(1))
  expect(new Set([0, 1, 2, 3, 2 ** 31].map(draws)).size).toBe(5)
})
