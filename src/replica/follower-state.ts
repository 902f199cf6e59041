/** Where a follower stands, from the fetches that it has sent (Kafka's ReplicaState). Times are monotonic milliseconds. */
export interface FollowerState {
  /** The offset of its last fetch: everything below is durable there. Undefined before the first. */
  readonly logEndOffset: number | undefined
  /** Undefined before the first fetch. */
  readonly logStartOffset: number | undefined
  /** The leader's log end when the last fetch came: the next fetch from there on had caught up with that moment. */
  readonly leaderEndOffsetAtFetch: number
  readonly fetchedAtMs: number
  /** The latest moment whose log end offset the follower is known to have reached. */
  readonly caughtUpAtMs: number
  /** The broker's epoch in its last fetch; undefined where it told none. */
  readonly brokerEpoch: number | undefined
}

const NEVER_MS = Number.NEGATIVE_INFINITY

/** One fetch of a follower, as the leader sees it. */
export interface FollowerFetch {
  readonly fetchOffset: number
  readonly logStartOffset: number
  readonly brokerEpoch: number | undefined
  readonly leaderEndOffset: number
  readonly nowMs: number
}

/** A follower of a new leader. One that is in sync gets its time to fetch before it counts as lagging. */
export function unknownFollower({ inSync, nowMs }: { inSync: boolean; nowMs: number }): FollowerState {
  return {
    logEndOffset: undefined,
    logStartOffset: undefined,
    leaderEndOffsetAtFetch: -1,
    fetchedAtMs: NEVER_MS,
    caughtUpAtMs: inSync ? nowMs : NEVER_MS,
    brokerEpoch: undefined,
  }
}

/** The follower of a leader that was elected again: what it holds is known, its time starts anew. */
export function followerOfReelected(
  follower: FollowerState,
  { inSync, nowMs, leaderEndOffset }: { inSync: boolean; nowMs: number; leaderEndOffset: number },
): FollowerState {
  return {
    ...follower,
    leaderEndOffsetAtFetch: leaderEndOffset,
    fetchedAtMs: inSync ? nowMs : NEVER_MS,
    caughtUpAtMs: inSync ? nowMs : NEVER_MS,
  }
}

export function afterFetch(follower: FollowerState, fetch: FollowerFetch): FollowerState {
  const { fetchOffset, logStartOffset, brokerEpoch, leaderEndOffset, nowMs } = fetch
  let caughtUpAtMs = follower.caughtUpAtMs
  if (fetchOffset >= leaderEndOffset) caughtUpAtMs = Math.max(caughtUpAtMs, nowMs)
  else if (fetchOffset >= follower.leaderEndOffsetAtFetch) {
    caughtUpAtMs = Math.max(caughtUpAtMs, follower.fetchedAtMs)
  }
  return {
    logEndOffset: fetchOffset,
    logStartOffset,
    leaderEndOffsetAtFetch: Math.max(leaderEndOffset, follower.leaderEndOffsetAtFetch),
    fetchedAtMs: nowMs,
    caughtUpAtMs,
    brokerEpoch,
  }
}

/** At the leader's log end, or not behind it for longer than `lagTimeMaxMs` (`replica.lag.time.max.ms`). */
export function isCaughtUp(
  follower: FollowerState,
  { leaderEndOffset, nowMs, lagTimeMaxMs }: { leaderEndOffset: number; nowMs: number; lagTimeMaxMs: number },
): boolean {
  return follower.logEndOffset === leaderEndOffset || nowMs - follower.caughtUpAtMs <= lagTimeMaxMs
}
