import { ErrorCode } from '../../../protocol/error-code.ts'
import { scheduleAction } from '../group-timers.ts'
import type { ClassicGroup } from './classic-group.ts'
import { completeSync, failedJoin, failedSync } from './classic-group.ts'
import { isKeptByWaiting, NO_ASSIGNMENT } from './classic-group-member.ts'
import type { ClassicGroups } from './classic-groups.ts'
import { groupMetadataRecord } from './persisted-group.ts'

/**
 * The course of a rebalance: members are called back, join, get a generation and, from their leader, an assignment (in Apache
 * Kafka, the classicGroup... methods of GroupMetadataManager). Each step here is the end of a request or of a timer.
 */
export class Rebalances {
  readonly #groups: ClassicGroups

  constructor(groups: ClassicGroups) {
    this.#groups = groups
  }

  /** Somebody came, left or changed: begins a rebalance, or goes on with the one that is under way. */
  onMembersChanged(group: ClassicGroup, reason: string): void {
    if (group.state === 'PreparingRebalance') this.maybeCompleteJoin(group)
    else this.prepare(group, reason)
  }

  /** Calls all members back. `reason` is for the log. */
  prepare(group: ClassicGroup, reason: string): void {
    const { clock, logger, settings } = this.#groups.surroundings
    if (group.state === 'CompletingRebalance') this.failSyncs(group, ErrorCode.REBALANCE_IN_PROGRESS)
    this.#stopExpectingSyncs(group)
    const isFirst = group.state === 'Empty'
    group.transitionTo('PreparingRebalance', clock.nowMs())
    logger.info(
      { group: group.groupId, generation: group.generationId, reason },
      'preparing to rebalance a group',
    )
    if (isFirst) {
      // The group is new: more members may be about to come.
      const delayMs = settings().groupInitialRebalanceDelayMs
      const remainingMs = Math.max(group.rebalanceTimeoutMs() - delayMs, 0)
      this.#scheduleInitial(group, { delayMs, remainingMs })
    } else if (group.hasAllMembersJoined()) {
      this.completeJoin(group)
    } else {
      this.#scheduleCompletion(group)
    }
  }

  /** Completes the round if everybody is there. A first round waits for its delay, though. */
  maybeCompleteJoin(group: ClassicGroup): void {
    if (group.state !== 'PreparingRebalance' || group.previousState === 'Empty') return
    if (group.hasAllMembersJoined()) this.completeJoin(group)
  }

  /** The round is over: who has not joined is out, the others have a new generation. */
  completeJoin(group: ClassicGroup): void {
    const { clock, timers, logger } = this.#groups.surroundings
    timers.cancel(joinKey(group))
    for (const member of [...group.members.values()]) {
      if (member.awaitingJoin !== undefined || member.groupInstanceId !== undefined) continue
      logger.info({ group: group.groupId, member: member.memberId }, 'a member did not rejoin and is removed')
      this.#removeMember(group, member.memberId)
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      // Static members that are away. Their sessions end this, or one of them comes back.
      this.#scheduleCompletion(group)
      return
    }
    group.startNextGeneration(clock.nowMs())
    if (group.state === 'Empty') this.#persistEmpty(group)
    else this.#answerJoins(group)
  }

  /** A member sent a SyncGroup of this generation. */
  onSync(group: ClassicGroup, memberId: string): void {
    group.pendingSyncMembers.delete(memberId)
    if (group.pendingSyncMembers.size === 0) this.#groups.surroundings.timers.cancel(syncKey(group))
  }

  /** Whoever waits for an assignment gets this error instead. */
  failSyncs(group: ClassicGroup, errorCode: ErrorCode): void {
    for (const member of group.members.values()) {
      member.assignment = NO_ASSIGNMENT
      if (completeSync(member, failedSync(errorCode))) this.#groups.sessions.renew(group, member)
    }
  }

  /** A member, or an id that was given out, has been silent for too long. */
  onSilence(group: ClassicGroup, memberId: string): void {
    const { logger } = this.#groups.surroundings
    if (this.#groups.get(group.groupId) !== group) return
    if (group.pendingJoinMembers.has(memberId)) {
      group.remove(memberId)
      if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined()) this.completeJoin(group)
      return
    }
    const member = group.members.get(memberId)
    if (member === undefined || isKeptByWaiting(member)) return
    logger.info({ group: group.groupId, member: memberId }, 'a member has been silent for too long')
    this.removeMember(group, memberId)
    this.onMemberGone(group, `the session of ${memberId} expired`)
  }

  /** Takes a member out; a JoinGroup of its own that waits is answered with UNKNOWN_MEMBER_ID, so that it tries again. */
  removeMember(group: ClassicGroup, memberId: string): void {
    const member = group.members.get(memberId)
    if (member !== undefined) group.completeJoin(member, failedJoin('', ErrorCode.UNKNOWN_MEMBER_ID))
    this.#removeMember(group, memberId)
  }

  /** A member was taken out: the others share its part. */
  onMemberGone(group: ClassicGroup, reason: string): void {
    if (group.state === 'Stable' || group.state === 'CompletingRebalance') this.prepare(group, reason)
    else if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined()) this.completeJoin(group)
  }

  /** The group is gone: none of its timers is wanted. */
  forget(group: ClassicGroup): void {
    this.#groups.surroundings.timers.cancel(joinKey(group))
    this.#groups.surroundings.timers.cancel(syncKey(group))
  }

  #removeMember(group: ClassicGroup, memberId: string): void {
    this.#groups.sessions.end(group, memberId)
    const member = group.members.get(memberId)
    if (member !== undefined) completeSync(member, failedSync(ErrorCode.UNKNOWN_MEMBER_ID))
    group.remove(memberId)
  }

  #answerJoins(group: ClassicGroup): void {
    const { logger } = this.#groups.surroundings
    const { groupId, generationId } = group
    logger.info(
      { group: groupId, generation: generationId, members: group.members.size },
      'a group has a new generation',
    )
    for (const member of group.members.values()) {
      group.pendingSyncMembers.add(member.memberId)
      member.isNew = false
      group.completeJoin(member, group.joinResponse(member.memberId))
      this.#groups.sessions.renew(group, member)
    }
    this.#schedule(group, syncKey(group), group.rebalanceTimeoutMs(), () =>
      this.#onSyncsOverdue(group, generationId),
    )
  }

  /** Were it lost, the generation before would come back after a change of leader and time out: no harm. */
  #persistEmpty(group: ClassicGroup): void {
    const { logger } = this.#groups.surroundings
    logger.info({ group: group.groupId, generation: group.generationId }, 'a group is empty now')
    this.#groups.write([groupMetadataRecord(group)]).catch(error => {
      logger.warn({ err: error, group: group.groupId }, 'that a group is empty could not be written')
    })
  }

  /** Members that have a generation and do not ask for their assignment are out. */
  #onSyncsOverdue(group: ClassicGroup, generationId: number): void {
    if (group.generationId !== generationId || group.pendingSyncMembers.size === 0) return
    if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return
    const overdue = [...group.pendingSyncMembers]
    for (const memberId of overdue) this.#removeMember(group, memberId)
    this.prepare(group, `${overdue.length} members did not ask for their assignment in time`)
  }

  #stopExpectingSyncs(group: ClassicGroup): void {
    group.pendingSyncMembers.clear()
    this.#groups.surroundings.timers.cancel(syncKey(group))
  }

  #scheduleCompletion(group: ClassicGroup): void {
    this.#schedule(group, joinKey(group), group.rebalanceTimeoutMs(), () => this.completeJoin(group))
  }

  /** The first round is put off while new members keep coming, up to the rebalance time-out. */
  #scheduleInitial(
    group: ClassicGroup,
    { delayMs, remainingMs }: { delayMs: number; remainingMs: number },
  ): void {
    this.#schedule(group, joinKey(group), delayMs, () => {
      if (!group.newMemberAdded || remainingMs === 0) {
        this.completeJoin(group)
        return
      }
      group.newMemberAdded = false
      const nextDelayMs = Math.min(
        this.#groups.surroundings.settings().groupInitialRebalanceDelayMs,
        remainingMs,
      )
      const nextRemainingMs = Math.max(remainingMs - delayMs, 0)
      this.#scheduleInitial(group, { delayMs: nextDelayMs, remainingMs: nextRemainingMs })
    })
  }

  #schedule(group: ClassicGroup, key: string, delayMs: number, action: () => void): void {
    scheduleAction(this.#groups.surroundings, {
      key,
      delayMs,
      action: () => {
        if (this.#groups.get(group.groupId) === group) action()
      },
    })
  }
}

const joinKey = ({ groupId }: ClassicGroup): string => `join-${groupId}`
const syncKey = ({ groupId }: ClassicGroup): string => `sync-${groupId}`
