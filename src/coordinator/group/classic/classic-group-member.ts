import type { JoinGroupResponse } from '../../../protocol/messages/join-group.ts'
import type { SyncGroupResponse } from '../../../protocol/messages/sync-group.ts'

/** A way to assign partitions that a member knows, and what it tells about itself for that. */
export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

/** What a classic group's record keeps of a member. */
export interface ClassicGroupMemberData {
  readonly memberId: string
  /** Undefined: the member is dynamic. */
  readonly groupInstanceId: string | undefined
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  /** In order of preference, each name once. */
  protocols: readonly MemberProtocol[]
  assignment: Buffer
}

/** What a member may change with each JoinGroup. */
export type MemberUpdate = Pick<
  ClassicGroupMemberData,
  'rebalanceTimeoutMs' | 'sessionTimeoutMs' | 'protocols'
>

export const NO_ASSIGNMENT: Buffer = Buffer.alloc(0)

/** A member of a classic group as this leadership knows it. */
export interface ClassicGroupMember extends ClassicGroupMemberData {
  /** It waits for the round to complete. */
  awaitingJoin: ((response: JoinGroupResponse) => void) | undefined
  /** It waits for its assignment. */
  awaitingSync: ((response: SyncGroupResponse) => void) | undefined
  /** In its first JoinGroup: it has no id yet, so it cannot send heartbeats. */
  isNew: boolean
  /** Monotonic: without a sign of life until then the member is removed. */
  sessionDeadlineMs: number
  /** Monotonic: when its timer will look at the deadline; undefined: none is set. */
  timerDueMs: number | undefined
}

export function newMember(data: ClassicGroupMemberData): ClassicGroupMember {
  return {
    ...data,
    awaitingJoin: undefined,
    awaitingSync: undefined,
    isNew: false,
    sessionDeadlineMs: 0,
    timerDueMs: undefined,
  }
}

/** Empty where the member does not know the protocol. */
export function metadataFor(member: ClassicGroupMemberData, protocolName: string | undefined): Buffer {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_ASSIGNMENT
}

/** Whether both tell the same, in the same order. */
export function sameProtocols(one: readonly MemberProtocol[], other: readonly MemberProtocol[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, metadata }, index) => {
      const { name: otherName, metadata: otherMetadata } = other[index] as MemberProtocol
      return name === otherName && metadata.equals(otherMetadata)
    })
  )
}

/** A member that waits for an answer shows by that that it is there; one that is new does not (see `isNew`). */
export function isKeptByWaiting({ isNew, awaitingJoin, awaitingSync }: ClassicGroupMember): boolean {
  return !isNew && (awaitingJoin !== undefined || awaitingSync !== undefined)
}
