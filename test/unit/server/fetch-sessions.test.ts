import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import {
  type FetchAnswer,
  type FetchedName,
  FetchSessions,
  type PartitionNews,
  type WantedPartition,
} from '../../../src/server/fetch-sessions.ts'

const EVICTION_MS = 120_000

function sessionsOf(maxSessions = 10) {
  const clock = new ManualClock()
  const sessions = new FetchSessions({ world: { clock, random: new SeededRandom(3) }, maxSessions })
  return { clock, sessions }
}

const name = (partition: number): FetchedName => ({ topic: 't', topicId: undefined, partition })
const wanted = (partition: number, fetchOffset = 0): WantedPartition => ({
  ...name(partition),
  currentLeaderEpoch: -1,
  fetchOffset,
  lastFetchedEpoch: -1,
  logStartOffset: -1,
  maxBytes: 1000,
})
const news = (of: FetchedName, more: Partial<PartitionNews> = {}): PartitionNews => ({
  of,
  errorCode: ErrorCode.NONE,
  highWatermark: 0,
  logStartOffset: 0,
  sizeBytes: 0,
  hasDivergingEpoch: false,
  ...more,
})

interface Sent {
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly wanted?: readonly WantedPartition[]
  readonly forgotten?: readonly FetchedName[]
  readonly isFollower?: boolean
  readonly usesTopicIds?: boolean
}

const open = (
  sessions: FetchSessions,
  sent: Sent,
  topicName: (id: string) => string | undefined = () => 't',
) =>
  sessions.open({
    sessionId: 0,
    sessionEpoch: 0,
    usesTopicIds: false,
    isFollower: false,
    wanted: [],
    forgotten: [],
    topicName,
    ...sent,
  })

/** Sends a request and answers it with nothing new of any partition. */
function exchange(sessions: FetchSessions, sent: Sent): FetchAnswer<PartitionNews> {
  const context = open(sessions, sent)
  if (context.errorCode !== ErrorCode.NONE) return { errorCode: context.errorCode, sessionId: 0, news: [] }
  return context.answer(context.wanted.map(partition => news(partition)))
}

const create = (sessions: FetchSessions, partitions: number, isFollower = false): number =>
  exchange(sessions, { wanted: Array.from({ length: partitions }, (_, index) => wanted(index)), isFollower })
    .sessionId

const partitionsOf = ({ news: told }: FetchAnswer<PartitionNews>) => told.map(({ of }) => of.partition)

describe('a session', () => {
  it('is made by a full fetch, tells everything once and then only what is new', () => {
    const { sessions } = sessionsOf()
    const first = exchange(sessions, { wanted: [wanted(0), wanted(1)] })
    expect(first.sessionId).toBeGreaterThan(0)
    expect(partitionsOf(first)).toEqual([0, 1])
    const { sessionId } = first
    expect(exchange(sessions, { sessionId, sessionEpoch: 1 })).toEqual({
      errorCode: ErrorCode.NONE,
      sessionId,
      news: [],
    })
    const context = open(sessions, { sessionId, sessionEpoch: 2 })
    const told = context.answer([
      news(name(0), { highWatermark: 5 }),
      news(name(1), { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }),
    ])
    expect(partitionsOf(told)).toEqual([0, 1])
  })

  it('tells a partition again when its error has gone, and each error as long as it lasts', () => {
    const { sessions } = sessionsOf()
    const sessionId = create(sessions, 1)
    const failing = news(name(0), { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER })
    for (const sessionEpoch of [1, 2]) {
      expect(partitionsOf(open(sessions, { sessionId, sessionEpoch }).answer([failing]))).toEqual([0])
    }
    expect(partitionsOf(exchange(sessions, { sessionId, sessionEpoch: 3 }))).toEqual([0])
    expect(partitionsOf(exchange(sessions, { sessionId, sessionEpoch: 4 }))).toEqual([])
  })

  it('reads partitions that gave records after the others the next time', () => {
    const { sessions } = sessionsOf()
    const sessionId = create(sessions, 4)
    const context = open(sessions, { sessionId, sessionEpoch: 1 })
    context.answer(
      context.wanted.map(of => news(of, { sizeBytes: of.partition === 0 || of.partition === 2 ? 10 : 0 })),
    )
    const next = open(sessions, { sessionId, sessionEpoch: 2 })
    expect(next.wanted.map(({ partition }) => partition)).toEqual([1, 3, 0, 2])
  })

  it('of a wrong epoch is refused, as one that is not known', () => {
    const { sessions } = sessionsOf()
    const sessionId = create(sessions, 1)
    const codeFor = (sent: Sent) => exchange(sessions, sent).errorCode
    expect(codeFor({ sessionId, sessionEpoch: 2 })).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
    expect(codeFor({ sessionId: sessionId + 1, sessionEpoch: 1 })).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    expect(codeFor({ sessionId, sessionEpoch: 1 })).toBe(ErrorCode.NONE)
    expect(codeFor({ sessionId, sessionEpoch: 1 })).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
  })

  it('goes by names or by ids, not by both', () => {
    const { sessions } = sessionsOf()
    const sessionId = create(sessions, 1)
    expect(exchange(sessions, { sessionId, sessionEpoch: 1, usesTopicIds: true }).errorCode).toBe(
      ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
    )
  })

  it('answers the older of two requests that were sent in one epoch with an error', () => {
    const { sessions } = sessionsOf()
    const sessionId = create(sessions, 1)
    const older = open(sessions, { sessionId, sessionEpoch: 1 })
    open(sessions, { sessionId, sessionEpoch: 2 })
    expect(older.answer([news(name(0), { highWatermark: 9 })])).toEqual({
      errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH,
      sessionId,
      news: [],
    })
  })

  it('ends when its client says so, starts anew, or forgets its last partition', () => {
    const { sessions } = sessionsOf()
    const final = create(sessions, 1)
    expect(exchange(sessions, { sessionId: final, sessionEpoch: -1 }).sessionId).toBe(0)
    const renewed = create(sessions, 1)
    const next = exchange(sessions, { sessionId: renewed, sessionEpoch: 0, wanted: [wanted(0)] }).sessionId
    expect(next).not.toBe(renewed)
    expect(exchange(sessions, { sessionId: next, sessionEpoch: 1, forgotten: [name(0)] })).toEqual({
      errorCode: ErrorCode.NONE,
      sessionId: 0,
      news: [],
    })
    expect([sessions.size, sessions.partitionCount]).toEqual([0, 0])
  })

  it('learns the name of a topic whose id was not known at first', () => {
    const { sessions } = sessionsOf()
    const byId = { ...wanted(0), topic: undefined, topicId: 'id' }
    const context = open(sessions, { wanted: [byId], usesTopicIds: true })
    const { sessionId } = context.answer([news(byId, { errorCode: ErrorCode.UNKNOWN_TOPIC_ID })])
    const next = open(sessions, { sessionId, sessionEpoch: 1, usesTopicIds: true }, id => `name of ${id}`)
    expect(next.wanted[0]?.topic).toBe('name of id')
  })
})

describe('the cache', () => {
  it('stays within its slots, and who gets none is answered in full', () => {
    const { sessions } = sessionsOf(2)
    expect(create(sessions, 1)).toBeGreaterThan(0)
    expect(create(sessions, 1)).toBeGreaterThan(0)
    const third = exchange(sessions, { wanted: [wanted(0)] })
    expect([third.sessionId, partitionsOf(third), sessions.size]).toEqual([0, [0], 2])
  })

  it('gives the place of a session that nobody has used for long', () => {
    const { sessions, clock } = sessionsOf(2)
    const stale = create(sessions, 5)
    const used = create(sessions, 1)
    clock.advance(EVICTION_MS)
    exchange(sessions, { sessionId: used, sessionEpoch: 1 })
    clock.advance(1)
    expect(create(sessions, 1)).toBeGreaterThan(0)
    expect(exchange(sessions, { sessionId: stale, sessionEpoch: 1 }).errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    )
    expect(exchange(sessions, { sessionId: used, sessionEpoch: 2 }).errorCode).toBe(ErrorCode.NONE)
  })

  it('gives the place of a smaller session that is not new, and never that of a larger one', () => {
    const { sessions, clock } = sessionsOf(2)
    const small = create(sessions, 2)
    const large = create(sessions, 9)
    clock.advance(EVICTION_MS + 1)
    exchange(sessions, { sessionId: small, sessionEpoch: 1 })
    exchange(sessions, { sessionId: large, sessionEpoch: 1 })
    expect(create(sessions, 2)).toBe(0)
    expect(create(sessions, 3)).toBeGreaterThan(0)
    expect(exchange(sessions, { sessionId: large, sessionEpoch: 2 }).errorCode).toBe(ErrorCode.NONE)
    expect(exchange(sessions, { sessionId: small, sessionEpoch: 2 }).errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    )
  })

  it('gives a follower the place of a consumer at once, and a consumer never that of a follower', () => {
    const { sessions, clock } = sessionsOf(1)
    create(sessions, 9)
    const follower = create(sessions, 1, true)
    expect(follower).toBeGreaterThan(0)
    clock.advance(EVICTION_MS)
    expect(create(sessions, 50)).toBe(0)
    expect(exchange(sessions, { sessionId: follower, sessionEpoch: 1 }).errorCode).toBe(ErrorCode.NONE)
  })

  it('is no larger after a hundred thousand throwaway sessions', () => {
    const { sessions, clock } = sessionsOf(100)
    for (let each = 0; each < 100_000; each++) {
      create(sessions, 3)
      if (each % 100 === 0) clock.advance(5_000)
    }
    expect(sessions.size).toBe(100)
    expect(sessions.partitionCount).toBe(300)
  })

  it('remembers so many partitions at most, however few the sessions', () => {
    const { sessions } = sessionsOf(2)
    expect(create(sessions, 1_001)).toBe(0)
    const sessionId = create(sessions, 600)
    expect(sessionId).toBeGreaterThan(0)
    const more = Array.from({ length: 500 }, (_, index) => wanted(1_000 + index))
    expect(exchange(sessions, { sessionId, sessionEpoch: 1, wanted: more }).errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    )
    expect([sessions.size, sessions.partitionCount]).toEqual([0, 0])
  })

  it('holds no sessions at all when there are no slots', () => {
    expect(create(sessionsOf(0).sessions, 1)).toBe(0)
  })
})

it('a client that keeps to the protocol always knows what a full fetch would tell', () => {
  const partition = fc.nat(5)
  const step = fc.oneof(
    fc.record({ kind: fc.constant('want' as const), partition, fetchOffset: fc.nat(3) }),
    fc.record({ kind: fc.constant('forget' as const), partition }),
    fc.record({ kind: fc.constant('grow' as const), partition }),
    fc.record({ kind: fc.constant('delete' as const), partition }),
    fc.record({ kind: fc.constant('fail' as const), partition }),
    fc.record({ kind: fc.constant('evict' as const) }),
    fc.record({ kind: fc.constant('fetch' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const { sessions, clock } = sessionsOf(1)
      const broker = new Map(
        Array.from({ length: 6 }, (_, each) => [
          each,
          { highWatermark: 0, logStartOffset: 0, failing: false },
        ]),
      )
      const desired = new Map<number, WantedPartition>()
      const sent = new Map<number, WantedPartition>()
      const known = new Map<number, { highWatermark: number; errorCode: number }>()
      let [sessionId, sessionEpoch] = [0, 0]
      const truthOf = (each: number) => {
        const { failing, highWatermark } = broker.get(each) as { failing: boolean; highWatermark: number }
        return failing
          ? { highWatermark: -1, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }
          : { highWatermark, errorCode: ErrorCode.NONE }
      }
      const fetch = () => {
        const isFull = sessionEpoch === 0
        if (isFull) {
          sent.clear()
          known.clear()
        }
        const changed = [...desired.values()].filter(each => sent.get(each.partition) !== each)
        const forgotten = [...sent.keys()].filter(each => !desired.has(each)).map(name)
        const context = open(sessions, { sessionId, sessionEpoch, wanted: changed, forgotten })
        if (context.errorCode !== ErrorCode.NONE) {
          expect(context.errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
          sessionId = 0
          sessionEpoch = 0
          return false
        }
        const byPartition = [...context.wanted].sort((one, other) => one.partition - other.partition)
        expect(byPartition).toEqual(
          [...desired.values()].sort((one, other) => one.partition - other.partition),
        )
        const answer = context.answer(
          context.wanted.map(of => {
            const { logStartOffset } = broker.get(of.partition) as { logStartOffset: number }
            const truth = truthOf(of.partition)
            const sizeBytes = Math.max(0, truth.highWatermark - of.fetchOffset)
            return news(of, { ...truth, logStartOffset, sizeBytes })
          }),
        )
        expect(answer.errorCode).toBe(ErrorCode.NONE)
        for (const each of forgotten) known.delete(each.partition)
        for (const { of, highWatermark, errorCode } of answer.news) {
          known.set(of.partition, { highWatermark, errorCode })
        }
        sent.clear()
        for (const [each, value] of desired) sent.set(each, value)
        sessionEpoch = answer.sessionId === 0 ? 0 : sessionEpoch + 1
        sessionId = answer.sessionId
        return true
      }
      for (const each of steps) {
        switch (each.kind) {
          case 'want':
            desired.set(each.partition, wanted(each.partition, each.fetchOffset))
            break
          case 'forget':
            desired.delete(each.partition)
            break
          case 'grow':
            broker.get(each.partition)!.highWatermark++
            break
          case 'delete':
            broker.get(each.partition)!.logStartOffset++
            break
          case 'fail': {
            const state = broker.get(each.partition)!
            state.failing = !state.failing
            break
          }
          case 'evict':
            clock.advance(EVICTION_MS + 1)
            create(sessions, 1)
            clock.advance(EVICTION_MS + 1)
            break
          case 'fetch':
            if (!fetch()) fetch()
            for (const wish of desired.keys()) expect(known.get(wish)).toEqual(truthOf(wish))
        }
      }
    }),
  )
})
