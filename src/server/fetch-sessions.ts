import type { Clock } from '../io/clock.ts'
import type { Random } from '../io/random.ts'
import { ErrorCode } from '../protocol/error-code.ts'

/** "No session" on the wire. */
const NO_SESSION = 0
/** The epoch of a request that names all of its partitions and asks for a session. */
const INITIAL_EPOCH = 0
/** The epoch of one that names all of its partitions and wants none. */
const FINAL_EPOCH = -1
const LARGEST_INT32 = 0x7fffffff

/** A session that has not been used for so long may go; a younger one does not go for a larger one (KIP-227). */
const EVICTION_MS = 120_000

/** Partitions that all sessions may remember, for each session that there may be. */
const PARTITIONS_PER_SESSION = 500

/** A partition as a Fetch names it: by the topic's name, or by its id from version 13 on. */
export interface FetchedName {
  /** Undefined for an id that is not known. */
  readonly topic: string | undefined
  /** Undefined where names are used. */
  readonly topicId: string | undefined
  readonly partition: number
}

/** What a Fetch wants of a partition; the request's own values. */
export interface WantedPartition extends FetchedName {
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly lastFetchedEpoch: number
  readonly logStartOffset: number
  readonly maxBytes: number
}

/** What a partition is told, as far as it says whether there is any news. */
export interface PartitionNews {
  readonly of: FetchedName
  readonly errorCode: number
  readonly highWatermark: number
  readonly logStartOffset: number
  /** Bytes of records. */
  readonly sizeBytes: number
  readonly hasDivergingEpoch: boolean
}

export interface FetchSessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly usesTopicIds: boolean
  readonly isFollower: boolean
  /** A full request's: all that are wanted. An incremental one's: those that are new or have changed. */
  readonly wanted: readonly WantedPartition[]
  readonly forgotten: readonly FetchedName[]
  readonly topicName: (topicId: string) => string | undefined
}

export interface FetchAnswer<N> {
  readonly errorCode: ErrorCode
  readonly sessionId: number
  /** What is to be told. */
  readonly news: N[]
}

/** One Fetch request within its session, or without one. */
export interface FetchContext {
  /** Not NONE: the request fails as a whole. */
  readonly errorCode: ErrorCode
  /** What is wanted, in the order in which it is to be read. */
  readonly wanted: readonly WantedPartition[]
  /** Makes the response of what has been found out about each; the session remembers it. */
  answer<N extends PartitionNews>(news: readonly N[]): FetchAnswer<N>
}

/** A partition in a session. */
interface CachedPartition {
  wanted: WantedPartition
  /** As last told; -1 after an error, so that the partition is told again when the error has gone. */
  highWatermark: number
  logStartOffset: number
}

interface Session {
  readonly id: number
  readonly isFollower: boolean
  readonly usesTopicIds: boolean
  readonly createdMs: number
  lastUsedMs: number
  /** The epoch of the next request. */
  epoch: number
  /** By `keyOf`, in the order of reading: a partition that has given records goes to the end. */
  readonly partitions: Map<string, CachedPartition>
  /** As counted in the total. */
  countedPartitions: number
}

/**
 * Incremental fetch sessions (KIP-227; Kafka's FetchManager and FetchSessionCache): a client names only what has changed
 * since its last Fetch and is told only what has news. Bounded in sessions and in partitions remembered; a client that gets no session, or
 * whose session went, names everything.
 */
export class FetchSessions {
  readonly #clock: Clock
  readonly #random: Random
  readonly #maxSessions: number
  /** The one that was not used for longest comes first. */
  readonly #sessions = new Map<number, Session>()
  #partitionCount = 0

  /** `maxSessions`: `max.incremental.fetch.session.cache.slots`. */
  constructor({ world, maxSessions }: { world: { clock: Clock; random: Random }; maxSessions: number }) {
    this.#clock = world.clock
    this.#random = world.random
    this.#maxSessions = maxSessions
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Partitions in all sessions. */
  get partitionCount(): number {
    return this.#partitionCount
  }

  open(request: FetchSessionRequest): FetchContext {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
      this.#remove(sessionId)
      const wanted = uniquePartitions(request.wanted)
      return sessionEpoch === FINAL_EPOCH ? sessionless(wanted) : this.#full(wanted, request)
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return sessionError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    if (session.epoch !== sessionEpoch) return sessionError(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
    if (session.usesTopicIds !== request.usesTopicIds) {
      return sessionError(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
    }
    updateSession(session, request)
    if (session.partitions.size === 0) {
      this.#remove(sessionId)
      return sessionless(uniquePartitions(request.wanted))
    }
    this.#touch(session)
    if (this.#partitionCount > this.#maxPartitions) {
      this.#remove(sessionId)
      return sessionError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    }
    session.epoch = nextEpoch(session.epoch)
    return this.#incremental(session, request)
  }

  get #maxPartitions(): number {
    return this.#maxSessions * PARTITIONS_PER_SESSION
  }

  #full(wanted: readonly WantedPartition[], request: FetchSessionRequest): FetchContext {
    return {
      errorCode: ErrorCode.NONE,
      wanted,
      answer: <N extends PartitionNews>(news: readonly N[]) => ({
        errorCode: ErrorCode.NONE,
        sessionId: this.#create(wanted, news, request),
        news: [...news],
      }),
    }
  }

  #incremental(session: Session, { topicName }: FetchSessionRequest): FetchContext {
    const { epoch } = session
    const wanted = Array.from(session.partitions.values(), partition => resolveName(partition, topicName))
    return {
      errorCode: ErrorCode.NONE,
      wanted,
      answer: <N extends PartitionNews>(news: readonly N[]) => {
        // Another request has been made in this session meanwhile: this one was sent twice.
        if (session.epoch !== epoch) {
          return { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH, sessionId: session.id, news: [] }
        }
        const told = news.filter(each => takeNews(session, each))
        return { errorCode: ErrorCode.NONE, sessionId: session.id, news: told }
      },
    }
  }

  /** The id of the new session, `NO_SESSION` where there is no place for one. */
  #create(
    wanted: readonly WantedPartition[],
    news: readonly PartitionNews[],
    { isFollower, usesTopicIds }: FetchSessionRequest,
  ): number {
    const nowMs = this.#clock.monotonicMs()
    const hasPlace = this.#sessions.size < this.#maxSessions || this.#evict(isFollower, news.length, nowMs)
    if (!hasPlace || this.#partitionCount + news.length > this.#maxPartitions) return NO_SESSION
    const byKey = new Map(wanted.map(partition => [keyOf(partition), partition]))
    const partitions = new Map<string, CachedPartition>()
    for (const { of, highWatermark, logStartOffset } of news) {
      const partition = byKey.get(keyOf(of))
      if (partition !== undefined) {
        partitions.set(keyOf(of), { wanted: partition, highWatermark, logStartOffset })
      }
    }
    const session: Session = {
      id: this.#newId(),
      isFollower,
      usesTopicIds,
      createdMs: nowMs,
      lastUsedMs: nowMs,
      epoch: nextEpoch(INITIAL_EPOCH),
      partitions,
      countedPartitions: 0,
    }
    this.#sessions.set(session.id, session)
    this.#touch(session)
    return session.id
  }

  #newId(): number {
    for (;;) {
      const id = this.#random.nextInt(LARGEST_INT32) + 1
      if (!this.#sessions.has(id)) return id
    }
  }

  /** Makes place: for anybody's where a session is stale, else a smaller or less privileged one that is not new. */
  #evict(isFollower: boolean, partitionCount: number, nowMs: number): boolean {
    const [oldest] = this.#sessions.values()
    if (oldest === undefined) return false
    if (nowMs - oldest.lastUsedMs > EVICTION_MS) {
      this.#remove(oldest.id)
      return true
    }
    let least: Session | undefined
    for (const session of this.#sessions.values()) {
      const mayGo = nowMs - session.createdMs > EVICTION_MS || (isFollower && !session.isFollower)
      if (mayGo && (least === undefined || compareWorth(session, least) < 0)) least = session
    }
    if (least === undefined) return false
    const newcomer = { isFollower, countedPartitions: partitionCount, id: NO_SESSION }
    if (compareWorth(newcomer, least) < 0) return false
    this.#remove(least.id)
    return true
  }

  #touch(session: Session): void {
    session.lastUsedMs = this.#clock.monotonicMs()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
    this.#partitionCount += session.partitions.size - session.countedPartitions
    session.countedPartitions = session.partitions.size
  }

  #remove(id: number): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    this.#sessions.delete(id)
    this.#partitionCount -= session.countedPartitions
  }
}

type Worth = Pick<Session, 'isFollower' | 'countedPartitions' | 'id'>

function compareWorth(one: Worth, other: Worth): number {
  return (
    Number(one.isFollower) - Number(other.isFollower) ||
    one.countedPartitions - other.countedPartitions ||
    one.id - other.id
  )
}

function nextEpoch(epoch: number): number {
  return epoch === LARGEST_INT32 ? 1 : epoch + 1
}

/** A topic goes by one of the two, and the same one within a session. */
function keyOf({ topic, topicId, partition }: FetchedName): string {
  return `${topicId ?? topic}:${partition}`
}

/** Of a partition that is named twice the last counts. */
function uniquePartitions(wanted: readonly WantedPartition[]): readonly WantedPartition[] {
  if (wanted.length < 2) return wanted
  return [...new Map(wanted.map(partition => [keyOf(partition), partition])).values()]
}

function updateSession({ partitions }: Session, { wanted, forgotten }: FetchSessionRequest): void {
  for (const partition of wanted) {
    const known = partitions.get(keyOf(partition))
    if (known !== undefined) known.wanted = partition
    else partitions.set(keyOf(partition), { wanted: partition, highWatermark: -1, logStartOffset: -1 })
  }
  for (const name of forgotten) partitions.delete(keyOf(name))
}

/** A topic whose id was not known may be by now. */
function resolveName(
  partition: CachedPartition,
  topicName: FetchSessionRequest['topicName'],
): WantedPartition {
  const { wanted } = partition
  if (wanted.topic === undefined && wanted.topicId !== undefined) {
    const topic = topicName(wanted.topicId)
    if (topic !== undefined) partition.wanted = { ...wanted, topic }
  }
  return partition.wanted
}

/** Notes what a partition is told; false where it says nothing new. */
function takeNews({ partitions }: Session, news: PartitionNews): boolean {
  const key = keyOf(news.of)
  const known = partitions.get(key)
  if (known === undefined) return true
  const { errorCode, highWatermark, logStartOffset, sizeBytes, hasDivergingEpoch } = news
  const isNews =
    sizeBytes > 0 ||
    hasDivergingEpoch ||
    errorCode !== ErrorCode.NONE ||
    known.highWatermark !== highWatermark ||
    known.logStartOffset !== logStartOffset
  known.highWatermark = errorCode === ErrorCode.NONE ? highWatermark : -1
  known.logStartOffset = logStartOffset
  if (sizeBytes > 0) {
    partitions.delete(key)
    partitions.set(key, known)
  }
  return isNews
}

function sessionless(wanted: readonly WantedPartition[]): FetchContext {
  return {
    errorCode: ErrorCode.NONE,
    wanted,
    answer: news => ({ errorCode: ErrorCode.NONE, sessionId: NO_SESSION, news: [...news] }),
  }
}

function sessionError(errorCode: ErrorCode): FetchContext {
  return { errorCode, wanted: [], answer: () => ({ errorCode, sessionId: NO_SESSION, news: [] }) }
}
