import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { LeaderEpochCache, readLeaderEpochs } from '../../../src/log/leader-epoch-cache.ts'

const cacheOf = (...entries: [number, number][]) =>
  new LeaderEpochCache(entries.map(([leaderEpoch, startOffset]) => ({ leaderEpoch, startOffset })))
const entriesOf = (cache: LeaderEpochCache) =>
  cache.entries.map(({ leaderEpoch, startOffset }) => [leaderEpoch, startOffset])

describe('the leader epochs of a log', () => {
  it('are noted once each, and those that a new one contradicts go', () => {
    const cache = cacheOf([1, 0], [2, 10])
    cache.assign({ leaderEpoch: 2, startOffset: 15 })
    expect(entriesOf(cache)).toEqual([
      [1, 0],
      [2, 10],
    ])
    cache.assign({ leaderEpoch: 4, startOffset: 10 })
    expect(entriesOf(cache)).toEqual([
      [1, 0],
      [4, 10],
    ])
    cache.assign({ leaderEpoch: 3, startOffset: 5 })
    expect(entriesOf(cache)).toEqual([
      [1, 0],
      [3, 5],
    ])
  })

  it('end where the next one begins, the last one at the log end', () => {
    const cache = cacheOf([2, 5], [4, 10], [7, 20])
    const endOf = (leaderEpoch: number) => cache.endOffsetFor(leaderEpoch, 30)
    expect(endOf(7)).toEqual({ leaderEpoch: 7, endOffset: 30 })
    expect(endOf(4)).toEqual({ leaderEpoch: 4, endOffset: 20 })
    expect(endOf(6)).toEqual({ leaderEpoch: 4, endOffset: 20 })
    expect(endOf(3)).toEqual({ leaderEpoch: 2, endOffset: 10 })
    expect(endOf(1)).toEqual({ leaderEpoch: 1, endOffset: 5 })
    expect(endOf(8)).toBe(undefined)
    expect(endOf(-1)).toBe(undefined)
    expect(new LeaderEpochCache().endOffsetFor(0, 30)).toBe(undefined)
  })

  it('are cut with the log, at either end', () => {
    const cache = cacheOf([2, 5], [4, 10], [7, 20])
    cache.truncateFromEnd(20)
    expect(entriesOf(cache)).toEqual([
      [2, 5],
      [4, 10],
    ])
    cache.truncateFromStart(12)
    expect(entriesOf(cache)).toEqual([[4, 12]])
    cache.truncateFromStart(12)
    expect(entriesOf(cache)).toEqual([[4, 12]])
    expect(cache.epochForOffset(11)).toBe(undefined)
    expect(cache.epochForOffset(99)).toBe(4)
  })

  it('are a file of Kafka that comes back as it was', async () => {
    const disk = new MemoryDisk()
    await disk.makeDirectory('/log')
    expect(await readLeaderEpochs(disk, '/log')).toBe(undefined)
    const cache = cacheOf([2, 5], [4, 10])
    cache.assign({ leaderEpoch: 5, startOffset: 11 })
    expect(cache.isDirty).toBe(true)
    await cache.write(disk, '/log')
    expect(cache.isDirty).toBe(false)
    expect((await disk.readFile('/log/leader-epoch-checkpoint', 100)).toString()).toBe(
      '0\n3\n2 5\n4 10\n5 11\n',
    )
    const read = await readLeaderEpochs(disk, '/log')
    expect(entriesOf(read as LeaderEpochCache)).toEqual(entriesOf(cache))
  })
})
