import { ErrorCode } from '../../../protocol/error-code.ts'
import type { JoinGroupResponse } from '../../../protocol/messages/join-group.ts'
import type { SyncGroupResponse } from '../../../protocol/messages/sync-group.ts'
import {
  type ClassicGroupMember,
  type MemberProtocol,
  type MemberUpdate,
  metadataFor,
  newMember,
} from './classic-group-member.ts'
import type { PersistedGroup } from './persisted-group.ts'
import { CONSUMER_PROTOCOL_TYPE, subscribedTopics } from './subscribed-topics.ts'

/**
 * - `Empty`: no members, but perhaps offsets.
 * - `PreparingRebalance`: waits for all members to join.
 * - `CompletingRebalance`: waits for the leader's assignment.
 * - `Stable`: everybody has an assignment.
 */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/**
 * One classic group as this leadership knows it: soft state, built from the last record and from members' requests (Apache
 * Kafka's ClassicGroup). It keeps itself consistent; what to do when is decided elsewhere.
 */
export class ClassicGroup {
  readonly groupId: string
  #state: ClassicGroupState
  #previousState: ClassicGroupState | undefined
  #stateTimestampMs: number | undefined
  generationId: number
  protocolType: string | undefined
  protocolName: string | undefined
  leaderId: string | undefined
  readonly #members = new Map<string, ClassicGroupMember>()
  /** Member ids of static members, by group instance id. */
  readonly #staticMembers = new Map<string, string>()
  /** Ids that were given out and have not joined yet (KIP-394). */
  readonly pendingJoinMembers = new Set<string>()
  /** Members that know of the generation and have not asked for their assignment yet. */
  readonly pendingSyncMembers = new Set<string>()
  /** How many members know each protocol. */
  readonly #protocolCounts = new Map<string, number>()
  #awaitingJoinCount = 0
  #subscribedTopics: ReadonlySet<string> | undefined
  /** Somebody joined during the initial delay: it may be made longer. */
  newMemberAdded = false

  constructor(groupId: string, persisted: PersistedGroup) {
    this.groupId = groupId
    this.#state = persisted.members.length === 0 ? 'Empty' : 'Stable'
    this.#stateTimestampMs = persisted.stateTimestampMs
    this.generationId = persisted.generationId
    this.protocolType = persisted.protocolType
    this.protocolName = persisted.protocolName
    this.leaderId = persisted.leaderId
    for (const member of persisted.members) this.add(newMember(member))
    this.#subscribedTopics = this.#computeSubscribedTopics()
  }

  get state(): ClassicGroupState {
    return this.#state
  }

  /** The state before this one, since this leadership began. */
  get previousState(): ClassicGroupState | undefined {
    return this.#previousState
  }

  get stateTimestampMs(): number | undefined {
    return this.#stateTimestampMs
  }

  get members(): ReadonlyMap<string, ClassicGroupMember> {
    return this.#members
  }

  get staticMemberCount(): number {
    return this.#staticMembers.size
  }

  get awaitingJoinCount(): number {
    return this.#awaitingJoinCount
  }

  get isConsumerGroup(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE
  }

  transitionTo(state: ClassicGroupState, nowMs: number): void {
    this.#previousState = this.#state
    this.#state = state
    this.#stateTimestampMs = nowMs
  }

  // ---- members

  add(member: ClassicGroupMember, protocolType?: string): void {
    if (protocolType !== undefined && this.#members.size === 0) this.protocolType = protocolType
    if (member.groupInstanceId !== undefined) this.#staticMembers.set(member.groupInstanceId, member.memberId)
    this.leaderId ??= member.memberId
    this.#members.set(member.memberId, member)
    this.#countProtocols(member.protocols, 1)
    if (member.awaitingJoin !== undefined) this.#awaitingJoinCount++
    this.pendingJoinMembers.delete(member.memberId)
  }

  /** Takes the id from wherever it is. Whoever waits for an answer has to be told before. */
  remove(memberId: string): void {
    const member = this.#members.get(memberId)
    if (member !== undefined) {
      this.#members.delete(memberId)
      this.#countProtocols(member.protocols, -1)
      if (member.awaitingJoin !== undefined) this.#awaitingJoinCount--
      if (member.groupInstanceId !== undefined) this.#staticMembers.delete(member.groupInstanceId)
    }
    if (this.leaderId === memberId) this.leaderId = this.#members.keys().next().value
    this.pendingJoinMembers.delete(memberId)
    this.pendingSyncMembers.delete(memberId)
  }

  update(
    member: ClassicGroupMember,
    update: MemberUpdate,
    awaitingJoin: ClassicGroupMember['awaitingJoin'],
  ): void {
    this.#countProtocols(member.protocols, -1)
    member.protocols = update.protocols
    this.#countProtocols(member.protocols, 1)
    member.rebalanceTimeoutMs = update.rebalanceTimeoutMs
    member.sessionTimeoutMs = update.sessionTimeoutMs
    this.#awaitingJoinCount += Number(awaitingJoin !== undefined) - Number(member.awaitingJoin !== undefined)
    member.awaitingJoin = awaitingJoin
  }

  /**
   * A static member comes back without its id: it gets a new one and everything that the old one had. A client that still goes
   * by the old id is fenced (KIP-345).
   */
  replaceStaticMember(ids: { oldMemberId: string; newMemberId: string }): ClassicGroupMember {
    const { oldMemberId, newMemberId } = ids
    const old = this.#members.get(oldMemberId) as ClassicGroupMember
    this.completeJoin(old, failedJoin(oldMemberId, ErrorCode.FENCED_INSTANCE_ID))
    completeSync(old, failedSync(ErrorCode.FENCED_INSTANCE_ID))
    const replacement = newMember({ ...old, memberId: newMemberId })
    this.#members.delete(oldMemberId)
    this.#members.set(newMemberId, replacement)
    if (this.leaderId === oldMemberId) this.leaderId = newMemberId
    this.pendingSyncMembers.delete(oldMemberId)
    if (old.groupInstanceId !== undefined) this.#staticMembers.set(old.groupInstanceId, newMemberId)
    return replacement
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.#staticMembers.get(groupInstanceId)
  }

  /** Whether a member is who it says. `groupInstanceId` is null for a dynamic one. */
  validateMember(memberId: string, groupInstanceId: string | null): ErrorCode {
    if (groupInstanceId !== null) {
      const current = this.#staticMembers.get(groupInstanceId)
      if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
      if (current !== memberId) return ErrorCode.FENCED_INSTANCE_ID
    }
    return this.#members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID
  }

  hasAllMembersJoined(): boolean {
    return this.#members.size === this.#awaitingJoinCount && this.pendingJoinMembers.size === 0
  }

  /** The longest that a member asks for. */
  rebalanceTimeoutMs(): number {
    let longestMs = 0
    for (const { rebalanceTimeoutMs } of this.#members.values()) {
      longestMs = Math.max(longestMs, rebalanceTimeoutMs)
    }
    return longestMs
  }

  /** Answers a JoinGroup that waits. */
  completeJoin(member: ClassicGroupMember, response: JoinGroupResponse): void {
    if (member.awaitingJoin === undefined) return
    const respond = member.awaitingJoin
    member.awaitingJoin = undefined
    this.#awaitingJoinCount--
    respond(response)
  }

  // ---- protocols

  /** Whether a member with these could be in the group. */
  supports({ protocolType, protocols }: { protocolType: string; protocols: readonly MemberProtocol[] }) {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0
    return (
      protocolType === this.protocolType &&
      protocols.some(({ name }) => (this.#protocolCounts.get(name) ?? 0) === this.#members.size)
    )
  }

  /** Every member votes for what it likes best among what all know; the most votes win, the first vote among equals. */
  selectProtocol(): string | undefined {
    const votes = new Map<string, number>()
    for (const { protocols } of this.#members.values()) {
      const vote = protocols.find(({ name }) => this.#protocolCounts.get(name) === this.#members.size)
      if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
    }
    let elected: string | undefined
    for (const [name, count] of votes) {
      if (elected === undefined || count > (votes.get(elected) ?? 0)) elected = name
    }
    return elected
  }

  /** Undefined: nobody knows. */
  get subscribedTopics(): ReadonlySet<string> | undefined {
    return this.#subscribedTopics
  }

  /** To be on the safe side, a consumer group of which nobody knows is subscribed to everything. */
  isSubscribedTo(topic: string): boolean {
    return this.#subscribedTopics?.has(topic) ?? this.isConsumerGroup
  }

  // ---- generations

  /** A leader that has not joined this round gives way to a member that has. False: nobody has joined. */
  electJoinedLeader(): boolean {
    if (this.leaderId === undefined) return false
    if (this.#members.get(this.leaderId)?.awaitingJoin !== undefined) return true
    for (const member of this.#members.values()) {
      if (member.awaitingJoin !== undefined) {
        this.leaderId = member.memberId
        return true
      }
    }
    return false
  }

  startNextGeneration(nowMs: number): void {
    this.generationId++
    const isEmpty = this.#members.size === 0
    this.protocolName = isEmpty ? undefined : this.selectProtocol()
    this.#subscribedTopics = this.#computeSubscribedTopics()
    this.transitionTo(isEmpty ? 'Empty' : 'CompletingRebalance', nowMs)
    this.pendingSyncMembers.clear()
  }

  /** What a JoinGroup of this generation is answered with; the leader learns who the members are. */
  joinResponse(memberId: string): JoinGroupResponse {
    const isLeader = memberId === this.leaderId
    return {
      errorCode: ErrorCode.NONE,
      memberId,
      generationId: this.generationId,
      protocolType: this.protocolType ?? null,
      protocolName: this.protocolName ?? null,
      leader: this.leaderId ?? '',
      skipAssignment: false,
      members: isLeader ? this.joinedMembers() : [],
    }
  }

  joinedMembers() {
    return Array.from(this.#members.values(), member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId ?? null,
      metadata: metadataFor(member, this.protocolName),
    }))
  }

  #computeSubscribedTopics(): ReadonlySet<string> | undefined {
    if (!this.isConsumerGroup) return undefined
    if (this.#members.size === 0) return new Set()
    if (this.protocolName === undefined) return undefined
    const members = this.#members.values()
    return subscribedTopics(Array.from(members, member => metadataFor(member, this.protocolName)))
  }

  #countProtocols(protocols: readonly MemberProtocol[], change: 1 | -1): void {
    for (const { name } of protocols) {
      const count = (this.#protocolCounts.get(name) ?? 0) + change
      if (count === 0) this.#protocolCounts.delete(name)
      else this.#protocolCounts.set(name, count)
    }
  }
}

export function failedJoin(memberId: string, errorCode: ErrorCode): JoinGroupResponse {
  return {
    errorCode,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    members: [],
  }
}

export function failedSync(errorCode: ErrorCode): SyncGroupResponse {
  return { errorCode, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) }
}

/** Answers a SyncGroup that waits; false where none does. */
export function completeSync(member: ClassicGroupMember, response: SyncGroupResponse): boolean {
  if (member.awaitingSync === undefined) return false
  const respond = member.awaitingSync
  member.awaitingSync = undefined
  respond(response)
  return true
}
