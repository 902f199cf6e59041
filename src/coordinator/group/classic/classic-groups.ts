import { ErrorCode } from '../../../protocol/error-code.ts'
import type { GroupRecord } from '../../records/coordinator-records.ts'
import type { GroupSurroundings } from '../group-surroundings.ts'
import { ClassicGroup, completeSync, failedJoin, failedSync } from './classic-group.ts'
import type { ClassicGroupMember } from './classic-group-member.ts'
import { MemberSessions } from './member-sessions.ts'
import type { PersistedGroup } from './persisted-group.ts'
import { Rebalances } from './rebalances.ts'

/**
 * The classic groups of one partition: all the soft state of a leadership. It begins with `load`, when the log has been
 * replayed, and ends with `unload`; in between, what is replayed is followed by `onPersisted`.
 */
export class ClassicGroups {
  readonly surroundings: GroupSurroundings
  readonly sessions: MemberSessions
  readonly rebalances: Rebalances
  readonly #groups = new Map<string, ClassicGroup>()
  #isUnloaded = false

  constructor(surroundings: GroupSurroundings) {
    this.surroundings = surroundings
    this.sessions = new MemberSessions(surroundings, (group, memberId) =>
      this.rebalances.onSilence(group, memberId),
    )
    this.rebalances = new Rebalances(this)
  }

  get(groupId: string): ClassicGroup | undefined {
    return this.#groups.get(groupId)
  }

  /** All of them. */
  values(): Iterable<ClassicGroup> {
    return this.#groups.values()
  }

  /** A group that is not in the log yet; whoever makes it sees to that. */
  add(group: ClassicGroup): void {
    this.#groups.set(group.groupId, group)
  }

  /** What was found in the log: members get fresh sessions. */
  load(persisted: ReadonlyMap<string, PersistedGroup>): void {
    for (const [groupId, record] of persisted) {
      const group = new ClassicGroup(groupId, record)
      this.add(group)
      for (const member of group.members.values()) this.sessions.renew(group, member)
      const { groupMaxSize } = this.surroundings.settings()
      if (group.members.size > groupMaxSize) {
        this.rebalances.prepare(
          group,
          `it has more than the ${groupMaxSize} members allowed (group.max.size)`,
        )
      }
    }
  }

  /** A record of a group was replayed. One whose making nobody here asked for is a group that commits offsets alone. */
  onPersisted(groupId: string, persisted: PersistedGroup): void {
    if (!this.#groups.has(groupId)) this.add(new ClassicGroup(groupId, persisted))
  }

  /** The group is gone. */
  remove(groupId: string): void {
    const group = this.#groups.get(groupId)
    if (group === undefined) return
    this.#groups.delete(groupId)
    this.rebalances.forget(group)
    for (const memberId of group.pendingJoinMembers) this.sessions.end(group, memberId)
    for (const member of group.members.values()) {
      this.sessions.end(group, member.memberId)
      this.#refuse(group, member, ErrorCode.UNKNOWN_MEMBER_ID)
    }
  }

  /** The leadership is over: who waits is told to look for the coordinator anew. */
  unload(): void {
    this.#isUnloaded = true
    for (const group of this.#groups.values()) {
      for (const member of group.members.values()) this.#refuse(group, member, ErrorCode.NOT_COORDINATOR)
    }
    this.#groups.clear()
  }

  /** Appends records that a group's life asks for. Rejects with an `ApiError`. Settles never once the leadership is over. */
  write(records: readonly GroupRecord[]): Promise<void> {
    const written = this.surroundings.write(records)
    return new Promise((resolve, reject) => {
      written.then(
        () => this.#isUnloaded || resolve(),
        error => this.#isUnloaded || reject(error),
      )
    })
  }

  #refuse(group: ClassicGroup, member: ClassicGroupMember, errorCode: ErrorCode): void {
    group.completeJoin(member, failedJoin(member.memberId, errorCode))
    completeSync(member, failedSync(errorCode))
  }
}
