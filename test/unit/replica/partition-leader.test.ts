import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AlterPartitionWish,
  type Membership,
  PartitionLeader,
  type PartitionLeaderEvent,
  type PartitionLeaderOptions,
} from '../../../src/replica/partition-leader.ts'

const LAG_MS = 30_000
/** Broker 1 leads; a broker's epoch is ten times its id. */
const ALL_ACTIVE = new Map([
  [1, 10],
  [2, 20],
  [3, 30],
])
const THREE: Membership = { replicas: [1, 2, 3], isr: [1, 2, 3], partitionEpoch: 0, minInsyncReplicas: 2 }
const ALONE: Membership = { replicas: [1], isr: [1], partitionEpoch: 0, minInsyncReplicas: 1 }

function lead(membership: Membership, options: Partial<PartitionLeaderOptions> = {}): PartitionLeader {
  return new PartitionLeader({
    localId: 1,
    leaderEpoch: 5,
    epochStartOffset: 0,
    highWatermark: 0,
    logEndOffset: 0,
    flushedEndOffset: 0,
    activeBrokers: ALL_ACTIVE,
    lagTimeMaxMs: LAG_MS,
    nowMs: 0,
    ...membership,
    ...options,
  })
}

const log = (logEndOffset: number, flushedEndOffset = logEndOffset): PartitionLeaderEvent => ({
  kind: 'log',
  logEndOffset,
  flushedEndOffset,
})

const fetch = (
  replicaId: number,
  fetchOffset: number,
  brokerEpoch = replicaId * 10,
): PartitionLeaderEvent => ({
  kind: 'follower-fetch',
  replicaId,
  fetchOffset,
  logStartOffset: 0,
  brokerEpoch,
})

const idsOf = (wish: AlterPartitionWish | undefined) => wish?.isr.map(({ brokerId }) => brokerId)

describe('a leader without followers', () => {
  it('commits what is flushed, not what is in memory or merely written', () => {
    const leader = lead(ALONE)
    expect(leader.step(log(10, 0), 0).highWatermark).toBeUndefined()
    expect(leader.highWatermark).toBe(0)
    expect(leader.step(log(12, 7), 1).highWatermark).toBe(7)
    expect(leader.ackState(7)).toBe('acknowledged')
    expect(leader.ackState(8)).toBe('waiting')
  })

  it('has committed its whole log from the start', () => {
    expect(lead(ALONE, { logEndOffset: 9, flushedEndOffset: 9 }).highWatermark).toBe(9)
  })

  it('never needs more replicas than the partition has', () => {
    const leader = lead({ ...ALONE, minInsyncReplicas: 3 })
    expect(leader.isUnderMinIsr).toBe(false)
    expect(leader.step(log(1), 0).highWatermark).toBe(1)
    expect(leader.ackState(1)).toBe('acknowledged')
  })
})

describe('the high watermark', () => {
  it('is the lowest end of the in-sync replicas', () => {
    const leader = lead(THREE)
    leader.step(log(10), 0)
    leader.step(fetch(2, 10), 1)
    expect(leader.highWatermark).toBe(0)
    expect(leader.step(fetch(3, 4), 2).highWatermark).toBe(4)
    expect(leader.step(fetch(3, 10), 3).highWatermark).toBe(10)
  })

  it('counts the leader at its flushed end though its followers have more', () => {
    const leader = lead(THREE)
    leader.step(log(10, 3), 0)
    leader.step(fetch(2, 10), 1)
    leader.step(fetch(3, 10), 1)
    expect(leader.highWatermark).toBe(3)
    expect(leader.step(log(10, 10), 2).highWatermark).toBe(10)
  })

  it('stands still while both followers are silent, also once they are out of sync and too few are left', () => {
    const leader = lead(THREE)
    leader.step(log(5), 0)
    leader.step(fetch(2, 5), 0)
    leader.step(fetch(3, 5), 0)
    expect(leader.highWatermark).toBe(5)
    for (let end = 6; end <= 15; end++) leader.step(log(end), end)
    expect(leader.highWatermark).toBe(5)
    const { alterPartition } = leader.step({ kind: 'tick' }, LAG_MS + 100)
    expect(idsOf(alterPartition)).toEqual([1])
    leader.step({ kind: 'alter-partition', outcome: { result: 'applied', isr: [1], partitionEpoch: 1 } }, 0)
    expect(leader.highWatermark).toBe(5)
    expect(leader.isUnderMinIsr).toBe(true)
    expect(leader.ackState(6)).toBe('waiting')
  })

  it('does not fall when it was higher before the election', () => {
    const leader = lead(THREE, { highWatermark: 8, logEndOffset: 10, flushedEndOffset: 10 })
    leader.step(fetch(2, 3), 0)
    leader.step(fetch(3, 3), 0)
    expect(leader.highWatermark).toBe(8)
  })

  it('moves on without a replica as soon as the controller has taken it out', () => {
    const leader = lead({ ...THREE, minInsyncReplicas: 1 })
    leader.step(log(10), 0)
    leader.step(fetch(2, 10), 0)
    const { alterPartition } = leader.step({ kind: 'tick' }, LAG_MS + 1)
    expect(idsOf(alterPartition)).toEqual([1, 2])
    expect(leader.highWatermark).toBe(0)
    const outcome = { result: 'applied', isr: [1, 2], partitionEpoch: 1 } as const
    expect(leader.step({ kind: 'alter-partition', outcome }, LAG_MS + 2).highWatermark).toBe(10)
  })

  it('grows when min.insync.replicas is lowered', () => {
    const leader = lead({ ...THREE, isr: [1] })
    expect(leader.step(log(4), LAG_MS * 2).highWatermark).toBeUndefined()
    const membership = { ...THREE, isr: [1], minInsyncReplicas: 1 }
    expect(leader.step({ kind: 'membership', membership }, LAG_MS * 2).highWatermark).toBe(4)
  })
})

describe('an acknowledgement', () => {
  it('says so when too few replicas are in sync by the time it comes', () => {
    const leader = lead(THREE)
    leader.step(log(3), 0)
    leader.step(fetch(2, 3), 0)
    leader.step(fetch(3, 3), 0)
    const membership = { ...THREE, isr: [1], partitionEpoch: 1 }
    leader.step({ kind: 'membership', membership }, 1)
    expect(leader.ackState(3)).toBe('too-few-replicas')
  })
})

describe('the in-sync replicas', () => {
  const OUT: Membership = { ...THREE, isr: [1, 2], minInsyncReplicas: 1 }

  /** Broker 3 is out; 1 and 2 have everything up to 10. */
  function withoutThree(options: Partial<PartitionLeaderOptions> = {}): PartitionLeader {
    const leader = lead(OUT, { nowMs: 0, ...options })
    leader.step(log(10), 0)
    leader.step(fetch(2, 10), 0)
    return leader
  }

  it('take in a follower that has reached the high watermark, and commit nothing without it from then on', () => {
    const leader = withoutThree()
    expect(leader.highWatermark).toBe(10)
    const { alterPartition } = leader.step(fetch(3, 10), 1)
    expect(alterPartition).toEqual({
      leaderEpoch: 5,
      partitionEpoch: 0,
      isr: [
        { brokerId: 1, brokerEpoch: 10 },
        { brokerId: 2, brokerEpoch: 20 },
        { brokerId: 3, brokerEpoch: 30 },
      ],
    })
    leader.step(log(12), 2)
    // However long the controller takes: it may have said yes.
    leader.step(fetch(2, 12), LAG_MS * 2)
    expect(leader.highWatermark).toBe(10)
    expect([...leader.isr]).toEqual([1, 2])
    const outcome = { result: 'applied', isr: [1, 2, 3], partitionEpoch: 1 } as const
    leader.step({ kind: 'alter-partition', outcome }, LAG_MS * 2)
    expect([...leader.isr]).toEqual([1, 2, 3])
    expect(leader.step(fetch(3, 12), LAG_MS * 2).highWatermark).toBe(12)
  })

  it('do not take in a follower behind the high watermark or behind the start of the epoch', () => {
    expect(withoutThree().step(fetch(3, 9), 1).alterPartition).toBeUndefined()
    const elected = lead(OUT, { epochStartOffset: 8, highWatermark: 5, logEndOffset: 8, flushedEndOffset: 8 })
    expect(elected.step(fetch(3, 7), 1).alterPartition).toBeUndefined()
    expect(idsOf(elected.step(fetch(3, 8), 2).alterPartition)).toEqual([1, 2, 3])
  })

  it('do not take in a broker that is fenced or has another epoch than its fetch', () => {
    const fenced = withoutThree({
      activeBrokers: new Map([
        [1, 10],
        [2, 20],
      ]),
    })
    expect(fenced.step(fetch(3, 10), 1).alterPartition).toBeUndefined()
    expect(withoutThree().step(fetch(3, 10, 31), 1).alterPartition).toBeUndefined()
  })

  it('are asked for once at a time', () => {
    const leader = withoutThree()
    expect(leader.step(fetch(3, 10), 1).alterPartition).toBeDefined()
    expect(leader.step(fetch(3, 10), 2).alterPartition).toBeUndefined()
    expect(leader.step({ kind: 'tick' }, LAG_MS * 3).alterPartition).toBeUndefined()
  })

  it('are asked for again when the wish did not get through, and not when it was refused', () => {
    const leader = withoutThree()
    const first = leader.step(fetch(3, 10), 1).alterPartition
    const again = leader.step({ kind: 'alter-partition', outcome: { result: 'failed' } }, 2).alterPartition
    expect(again).toEqual(first)
    const refused = leader.step({ kind: 'alter-partition', outcome: { result: 'refused' } }, 3)
    expect(refused.alterPartition).toBeUndefined()
    leader.step(log(11), LAG_MS * 2)
    expect(leader.step(fetch(2, 11), LAG_MS * 2).highWatermark).toBe(11)
  })

  it('are what the metadata says, whatever was wished', () => {
    const leader = withoutThree()
    leader.step(fetch(3, 10), 1)
    const membership = { ...OUT, isr: [1], partitionEpoch: 2 }
    leader.step({ kind: 'membership', membership }, 2)
    expect([...leader.isr]).toEqual([1])
    const late = { result: 'applied', isr: [1, 2, 3], partitionEpoch: 1 } as const
    leader.step({ kind: 'alter-partition', outcome: late }, 3)
    expect([...leader.isr]).toEqual([1])
  })

  it('keep a follower that has fetched up to where the log ended at its last fetch', () => {
    const leader = withoutThree()
    let end = 10
    // It never has all of the log, since the log grows, yet it is never far behind in time.
    for (let nowMs = 1000; nowMs <= LAG_MS * 3; nowMs += 1000) {
      leader.step(fetch(2, end), nowMs)
      end += 5
      leader.step(log(end), nowMs)
      expect(leader.step({ kind: 'tick' }, nowMs).alterPartition).toBeUndefined()
    }
  })

  it('lose a follower that does not fetch for too long', () => {
    const leader = withoutThree()
    leader.step(log(11), 1)
    expect(leader.step({ kind: 'tick' }, LAG_MS).alterPartition).toBeUndefined()
    expect(idsOf(leader.step({ kind: 'tick' }, LAG_MS + 1).alterPartition)).toEqual([1])
  })

  it('keep what is known of followers when the same broker is elected again', () => {
    const before = withoutThree()
    const after = lead(OUT, {
      leaderEpoch: 6,
      epochStartOffset: 10,
      logEndOffset: 10,
      flushedEndOffset: 10,
      previous: before,
    })
    expect(after.highWatermark).toBe(10)
  })
})

it('a fetch from before a follower restarted counts for nothing', () => {
  const leader = lead(THREE)
  leader.step(log(10), 0)
  leader.step(fetch(2, 10), 0)
  expect(leader.step(fetch(3, 10, 29), 0).highWatermark).toBeUndefined()
  expect(leader.follower(3)?.logEndOffset).toBeUndefined()
})

it('the low watermark is the lowest start of the replicas that are alive, and unknown until all have told theirs', () => {
  const leader = lead(THREE)
  const fetchFrom = (replicaId: number, logStartOffset: number): PartitionLeaderEvent => ({
    kind: 'follower-fetch',
    replicaId,
    fetchOffset: 10,
    logStartOffset,
    brokerEpoch: replicaId * 10,
  })
  leader.step(fetchFrom(2, 4), 0)
  expect(leader.lowWatermark(6)).toBeUndefined()
  leader.step(fetchFrom(3, 5), 0)
  expect(leader.lowWatermark(6)).toBe(4)
  leader.step(
    {
      kind: 'brokers',
      activeBrokers: new Map([
        [1, 10],
        [3, 30],
      ]),
    },
    0,
  )
  expect(leader.lowWatermark(6)).toBe(5)
})

it('whatever happens, the high watermark never falls and never passes an in-sync replica', () => {
  const brokerId = fc.constantFrom(2, 3)
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.nat(5) }),
    fc.record({ kind: fc.constant('flush' as const) }),
    fc.record({ kind: fc.constant('fetch' as const), brokerId, behind: fc.nat(6) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(LAG_MS) }),
    fc.record({
      kind: fc.constant('controller' as const),
      result: fc.constantFrom('applied' as const, 'refused' as const, 'failed' as const, 'unknown' as const),
    }),
    fc.record({ kind: fc.constant('fence' as const), brokerId }),
  )
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      (steps, minInsyncReplicas) => {
        const leader = lead({ ...THREE, minInsyncReplicas })
        const fetched = new Map([
          [2, 0],
          [3, 0],
        ])
        let active = ALL_ACTIVE
        let [nowMs, end, flushed, partitionEpoch] = [0, 0, 0, 0]
        let wish: AlterPartitionWish | undefined
        const happen = (event: PartitionLeaderEvent) => {
          const before = leader.highWatermark
          const isUnderMinIsr = leader.isUnderMinIsr
          const effects = leader.step(event, nowMs)
          if (effects.alterPartition !== undefined) wish = effects.alterPartition
          expect(leader.highWatermark).toBeGreaterThanOrEqual(before)
          expect(effects.highWatermark ?? before).toBe(leader.highWatermark)
          if (leader.highWatermark === before) return
          expect(leader.isUnderMinIsr && isUnderMinIsr).toBe(false)
          expect(leader.highWatermark).toBeLessThanOrEqual(flushed)
          for (const id of leader.isr) {
            if (id !== 1) expect(leader.highWatermark).toBeLessThanOrEqual(fetched.get(id) as number)
          }
        }
        for (const each of steps) {
          switch (each.kind) {
            case 'append':
              end += each.count
              happen(log(end, flushed))
              break
            case 'flush':
              flushed = end
              happen(log(end, flushed))
              break
            case 'fetch': {
              const offset = Math.max(fetched.get(each.brokerId) as number, end - each.behind)
              fetched.set(each.brokerId, offset)
              happen(fetch(each.brokerId, offset))
              break
            }
            case 'pass':
              nowMs += each.ms
              happen({ kind: 'tick' })
              break
            case 'fence':
              active = new Map([...ALL_ACTIVE].filter(([id]) => id !== each.brokerId || !active.has(id)))
              happen({ kind: 'brokers', activeBrokers: active })
              break
            case 'controller': {
              if (wish === undefined) break
              const isr = wish.isr.map(({ brokerId: id }) => id)
              wish = undefined
              if (each.result === 'applied') {
                partitionEpoch++
                happen({ kind: 'alter-partition', outcome: { result: 'applied', isr, partitionEpoch } })
              } else if (each.result === 'unknown') {
                // It was done after all, and the metadata tells.
                partitionEpoch++
                happen({
                  kind: 'membership',
                  membership: { ...THREE, isr, minInsyncReplicas, partitionEpoch },
                })
              } else happen({ kind: 'alter-partition', outcome: { result: each.result } })
            }
          }
        }
      },
    ),
  )
})

it('min.insync.replicas counts from when it is told, also when the controller’s answer was ahead of the metadata', () => {
  const leader = lead({ ...THREE, isr: [1, 2], minInsyncReplicas: 1 })
  leader.step(log(10), 0)
  leader.step(fetch(2, 10), 0)
  leader.step(fetch(3, 10), 1)
  const outcome = { result: 'applied', isr: [1, 2, 3], partitionEpoch: 4 } as const
  leader.step({ kind: 'alter-partition', outcome }, 1)
  const stale = { ...THREE, isr: [1, 2], partitionEpoch: 0, minInsyncReplicas: 4 }
  leader.step({ kind: 'membership', membership: stale }, 2)
  expect([...leader.isr]).toEqual([1, 2, 3])
  expect(leader.isUnderMinIsr).toBe(false)
  leader.step({ kind: 'membership', membership: { ...stale, minInsyncReplicas: 1 } }, 2)
  leader.step(log(11), 3)
  leader.step({ kind: 'tick' }, LAG_MS * 2)
  const alone = { result: 'applied', isr: [1], partitionEpoch: 5 } as const
  leader.step({ kind: 'alter-partition', outcome: alone }, LAG_MS * 2)
  expect(leader.isUnderMinIsr).toBe(false)
  leader.step({ kind: 'membership', membership: { ...stale, minInsyncReplicas: 2 } }, LAG_MS * 2)
  expect([[...leader.isr], leader.isUnderMinIsr]).toEqual([[1], true])
})
