import type { GroupSurroundings } from '../group-surroundings.ts'
import { scheduleAction } from '../group-timers.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicGroupMember } from './classic-group-member.ts'

/** Called with a member, or a pending id, that has been silent for too long. */
type OnSilence = (group: ClassicGroup, memberId: string) => void

/**
 * Sessions of members. A sign of life only moves the deadline; the one timer of a member looks at it when it fires and is set
 * again for what is left. So a heartbeat costs two assignments, whatever the number of members.
 */
export class MemberSessions {
  readonly #surroundings: GroupSurroundings
  readonly #onSilence: OnSilence

  constructor(surroundings: GroupSurroundings, onSilence: OnSilence) {
    this.#surroundings = surroundings
    this.#onSilence = onSilence
  }

  /** The member has given a sign of life: it has another `timeoutMs`, by default what it asked for itself. */
  renew(group: ClassicGroup, member: ClassicGroupMember, timeoutMs: number = member.sessionTimeoutMs): void {
    member.sessionDeadlineMs = this.#surroundings.clock.monotonicMs() + timeoutMs
    if (member.timerDueMs !== undefined && member.timerDueMs <= member.sessionDeadlineMs) return
    this.#arm(group, member)
  }

  /** An id that was given out is to join within `timeoutMs`. */
  expectPending(group: ClassicGroup, memberId: string, timeoutMs: number): void {
    scheduleAction(this.#surroundings, {
      key: sessionKey(group, memberId),
      delayMs: timeoutMs,
      action: () => this.#onSilence(group, memberId),
    })
  }

  end(group: ClassicGroup, memberId: string): void {
    this.#surroundings.timers.cancel(sessionKey(group, memberId))
    const member = group.members.get(memberId)
    if (member !== undefined) member.timerDueMs = undefined
  }

  #arm(group: ClassicGroup, member: ClassicGroupMember): void {
    const { clock } = this.#surroundings
    member.timerDueMs = member.sessionDeadlineMs
    scheduleAction(this.#surroundings, {
      key: sessionKey(group, member.memberId),
      delayMs: member.sessionDeadlineMs - clock.monotonicMs(),
      action: () => this.#onTimer(group, member),
    })
  }

  #onTimer(group: ClassicGroup, member: ClassicGroupMember): void {
    member.timerDueMs = undefined
    if (group.members.get(member.memberId) !== member) return
    if (member.sessionDeadlineMs > this.#surroundings.clock.monotonicMs()) this.#arm(group, member)
    else this.#onSilence(group, member.memberId)
  }
}

/** Both ids are of the client's choice: the length keeps them apart. */
function sessionKey({ groupId }: ClassicGroup, memberId: string): string {
  return `session-${groupId.length}-${groupId}-${memberId}`
}
