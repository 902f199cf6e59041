import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { UsableBroker } from '../../../src/metadata/controller/replica-placement.ts'
import { placeReplicas } from '../../../src/metadata/controller/replica-placement.ts'

const broker = (id: number, rack?: string, fenced = false): UsableBroker => ({ id, rack, fenced })

describe('replica placement', () => {
  const cluster = fc
    .array(fc.tuple(fc.constantFrom(undefined, 'a', 'b', 'c'), fc.boolean()), { minLength: 1, maxLength: 9 })
    .map(brokers => brokers.map(([rack, fenced], id) => broker(id, rack, id === 0 ? false : fenced)))

  test('every partition has distinct replicas, led by one that is not fenced', () => {
    fc.assert(
      fc.property(
        cluster,
        fc.nat(8),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        (brokers, more, count, seed) => {
          const replicationFactor = 1 + (more % brokers.length)
          const placements = placeReplicas(
            { partitionCount: count, replicationFactor },
            brokers,
            new SeededRandom(seed),
          )
          expect(placements).toHaveLength(count)
          for (const replicas of placements) {
            expect(new Set(replicas).size).toBe(replicationFactor)
            expect(brokers.find(({ id }) => id === replicas[0])?.fenced).toBe(false)
          }
        },
      ),
    )
  })

  test('replicas are spread over racks before a rack gets a second one', () => {
    const brokers = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'].map((rack, id) => broker(id, rack))
    const wanted = { partitionCount: 30, replicationFactor: 3 }
    for (const replicas of placeReplicas(wanted, brokers, new SeededRandom(1))) {
      expect(new Set(replicas.map(id => brokers[id]!.rack)).size).toBe(3)
    }
  })

  test('leaders are spread evenly', () => {
    const brokers = [1, 2, 3, 4].map(id => broker(id))
    const wanted = { partitionCount: 40, replicationFactor: 2 }
    const leaders = placeReplicas(wanted, brokers, new SeededRandom(3)).map(([leader]) => leader)
    for (const { id } of brokers) expect(leaders.filter(leader => leader === id)).toHaveLength(10)
  })

  test('fenced brokers come last', () => {
    const brokers = [broker(1), broker(2, undefined, true), broker(3)]
    const wanted = { partitionCount: 20, replicationFactor: 2 }
    for (const replicas of placeReplicas(wanted, brokers, new SeededRandom(5))) {
      expect([...replicas].sort()).toEqual([1, 3])
    }
  })

  test.each([
    ['without brokers', [], 1],
    ['with too few of them', [broker(1)], 2],
    ['with fenced ones only', [broker(1, undefined, true)], 1],
    ['without replicas', [broker(1)], 0],
  ])('%s there is no placement', (_what, brokers, replicationFactor) => {
    const place = () => placeReplicas({ partitionCount: 1, replicationFactor }, brokers, new SeededRandom(1))
    expect(place).toThrow(expect.objectContaining({ code: 38 }))
  })
})
