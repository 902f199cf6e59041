import { ErrorCode } from '../../../protocol/error-code.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../protocol/messages/join-group.ts'
import { coordinatorErrorOf } from '../coordinator-error.ts'
import type { GroupClient } from '../group-coordinator.ts'
import type { Random } from '../group-surroundings.ts'
import { ClassicGroup, failedJoin } from './classic-group.ts'
import {
  type ClassicGroupMember,
  type MemberProtocol,
  type MemberUpdate,
  NO_ASSIGNMENT,
  newMember,
  sameProtocols,
} from './classic-group-member.ts'
import type { ClassicGroups } from './classic-groups.ts'
import { emptyGroupRecord, groupMetadataRecord, SIMPLE_GROUP } from './persisted-group.ts'

/** From this version on a dynamic member gets its id first and joins with it then (KIP-394). */
const MEMBER_ID_REQUIRED_SINCE = 4
/** From this version on a leader can be told to leave the assignment as it is (KIP-814). */
const SKIPPING_ASSIGNMENT_SINCE = 9
/** How long the JoinGroup of a new member is kept: it has no id yet, so nothing else tells whether it is still there. */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000

const UNKNOWN_MEMBER = ''

/** One JoinGroup on its way. */
interface Join {
  readonly groups: ClassicGroups
  readonly group: ClassicGroup
  readonly request: JoinGroupRequest
  readonly client: GroupClient
  readonly random: Random
  /** What the member tells of itself; copies. */
  readonly update: MemberUpdate
  readonly reason: string
  readonly respond: (response: JoinGroupResponse) => void
}

/**
 * A member joins, or comes back. The response may wait for the round to complete. Group id and session time-out have been
 * checked.
 */
export function joinClassicGroup(
  groups: ClassicGroups,
  request: JoinGroupRequest,
  client: GroupClient,
  random: Random,
): Promise<JoinGroupResponse> {
  const { promise, resolve: respond } = Promise.withResolvers<JoinGroupResponse>()
  const { groupId, memberId, protocolType } = request
  const update = memberUpdate(request, client)
  const refuse = (code: ErrorCode, id = memberId) => {
    respond(failedJoin(id, code))
    return promise
  }

  const known = groups.get(groupId)
  if (known === undefined && memberId !== UNKNOWN_MEMBER) return refuse(ErrorCode.UNKNOWN_MEMBER_ID)
  const group = known ?? new ClassicGroup(groupId, SIMPLE_GROUP)
  if (!acceptsJoin(group, memberId, groups.surroundings.settings().groupMaxSize)) {
    groups.sessions.end(group, memberId)
    group.remove(memberId)
    // The others may have waited for this one.
    groups.rebalances.maybeCompleteJoin(group)
    return refuse(ErrorCode.GROUP_MAX_SIZE_REACHED, UNKNOWN_MEMBER)
  }
  if (!group.supports({ protocolType, protocols: update.protocols })) {
    return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
  }

  const reason = request.reason ?? 'not provided'
  const join: Join = { groups, group, request, client, random, update, reason, respond }
  if (known === undefined) persistNewGroup(join)
  if (memberId === UNKNOWN_MEMBER) joinNewMember(join)
  else joinKnownMember(join)
  return promise
}

function memberUpdate(request: JoinGroupRequest, { apiVersion }: GroupClient): MemberUpdate {
  const { sessionTimeoutMs, rebalanceTimeoutMs } = request
  const protocols = new Map<string, MemberProtocol>()
  for (const { name, metadata } of request.protocols) {
    // Copies: the request lies in the connection's memory.
    if (!protocols.has(name)) protocols.set(name, { name, metadata: Buffer.from(metadata) })
  }
  return {
    sessionTimeoutMs,
    rebalanceTimeoutMs: apiVersion === 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    protocols: [...protocols.values()],
  }
}

/**
 * Whether there is room (`group.max.size`). During a round those who have joined it count, not those who are expected: the group
 * may have been larger before.
 */
function acceptsJoin(group: ClassicGroup, memberId: string, maxSize: number): boolean {
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return group.members.get(memberId)?.awaitingJoin !== undefined || group.awaitingJoinCount < maxSize
    default:
      return group.members.has(memberId) || group.members.size < maxSize
  }
}

/** The group is in the log from its first moment on, so that every group known is one that the log knows. */
function persistNewGroup({ groups, group, request, respond }: Join): void {
  const { clock, logger } = groups.surroundings
  groups.add(group)
  groups.write([emptyGroupRecord(group.groupId, clock.nowMs())]).catch(error => {
    logger.warn({ err: error, group: group.groupId }, 'a new group could not be written')
    const response = failedJoin(request.memberId, coordinatorErrorOf(error) ?? ErrorCode.UNKNOWN_SERVER_ERROR)
    const waiting = [...group.members.values()].find(({ awaitingJoin }) => awaitingJoin === respond)
    respond(response)
    if (waiting !== undefined) groups.rebalances.removeMember(group, waiting.memberId)
  })
}

function joinNewMember(join: Join): void {
  const { groups, group, request, client, random, respond, update } = join
  const { groupInstanceId } = request
  const memberId = `${groupInstanceId ?? client.clientId ?? ''}-${randomUuid(random)}`
  if (groupInstanceId !== null) {
    const replaced = group.staticMemberId(groupInstanceId)
    if (replaced === undefined) addMember(join, memberId)
    else replaceStaticMember(join, { oldMemberId: replaced, newMemberId: memberId })
  } else if (client.apiVersion >= MEMBER_ID_REQUIRED_SINCE) {
    group.pendingJoinMembers.add(memberId)
    groups.sessions.expectPending(group, memberId, update.sessionTimeoutMs)
    respond(failedJoin(memberId, ErrorCode.MEMBER_ID_REQUIRED))
  } else {
    addMember(join, memberId)
  }
}

function joinKnownMember(join: Join): void {
  const { group, request, respond, update, reason } = join
  const { memberId, groupInstanceId } = request
  if (group.pendingJoinMembers.has(memberId)) {
    // Only dynamic members are given an id to come back with.
    if (groupInstanceId === null) addMember(join, memberId)
    else respond(failedJoin(memberId, ErrorCode.UNKNOWN_SERVER_ERROR))
    return
  }
  const invalid = group.validateMember(memberId, groupInstanceId)
  if (invalid !== ErrorCode.NONE) {
    respond(failedJoin(memberId, invalid))
    return
  }
  const member = group.members.get(memberId) as ClassicGroupMember
  const isUnchanged = sameProtocols(member.protocols, update.protocols)
  switch (group.state) {
    case 'PreparingRebalance':
      rejoin(join, member, `${memberId} rejoins: ${reason}`)
      break
    case 'CompletingRebalance':
      // Unchanged: it may have missed the answer, and gets it again.
      if (isUnchanged) respond(group.joinResponse(memberId))
      else rejoin(join, member, `${memberId} changed: ${reason}`)
      break
    case 'Stable':
      // A leader rejoins to have partitions shared out anew, for a reason that its own words do not show.
      if (group.leaderId === memberId) rejoin(join, member, `the leader ${memberId} rejoins: ${reason}`)
      else if (!isUnchanged) rejoin(join, member, `${memberId} changed: ${reason}`)
      else respond(group.joinResponse(memberId))
      break
    case 'Empty':
      respond(failedJoin(memberId, ErrorCode.UNKNOWN_MEMBER_ID))
  }
}

function rejoin({ groups, group, update, respond }: Join, member: ClassicGroupMember, reason: string): void {
  // A client that asks again has given up on its first request.
  group.completeJoin(member, failedJoin(member.memberId, ErrorCode.REBALANCE_IN_PROGRESS))
  group.update(member, update, respond)
  groups.rebalances.onMembersChanged(group, reason)
}

function addMember({ groups, group, request, client, update, respond, reason }: Join, memberId: string) {
  const member: ClassicGroupMember = {
    ...newMember({
      memberId,
      groupInstanceId: request.groupInstanceId ?? undefined,
      clientId: client.clientId ?? '',
      clientHost: client.clientHost,
      assignment: NO_ASSIGNMENT,
      ...update,
    }),
    awaitingJoin: respond,
    isNew: true,
  }
  // The delay of the first round may be made longer for it.
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true
  group.add(member, request.protocolType)
  groups.sessions.renew(group, member, NEW_MEMBER_JOIN_TIMEOUT_MS)
  groups.rebalances.onMembersChanged(group, `${memberId} is new: ${reason}`)
}

function replaceStaticMember(join: Join, ids: { oldMemberId: string; newMemberId: string }): void {
  const { groups, group, update, respond, request } = join
  groups.sessions.end(group, ids.oldMemberId)
  const member = group.replaceStaticMember(ids)
  const { protocols, rebalanceTimeoutMs, sessionTimeoutMs } = member
  const before: MemberUpdate = { protocols, rebalanceTimeoutMs, sessionTimeoutMs }
  group.update(member, update, respond)
  groups.sessions.renew(group, member)
  if (group.state === 'CompletingRebalance') {
    // The leader may be assigning partitions to the old id.
    groups.rebalances.prepare(group, `static member ${request.groupInstanceId} is back`)
  } else if (group.state !== 'Stable') {
    groups.rebalances.maybeCompleteJoin(group)
  } else if (group.selectProtocol() === group.protocolName) {
    keepAssignment(join, member, { ...ids, before })
  } else {
    groups.rebalances.prepare(group, `static member ${request.groupInstanceId} is back with other protocols`)
  }
}

/** A static member that restarted has its partitions as before: no rebalance, once its new id is written (KIP-345). */
function keepAssignment(
  { groups, group, request, client, respond }: Join,
  member: ClassicGroupMember,
  change: { oldMemberId: string; newMemberId: string; before: MemberUpdate },
): void {
  const { oldMemberId, newMemberId, before } = change
  const { generationId } = group
  const leaderBefore = group.leaderId === newMemberId ? oldMemberId : group.leaderId
  const isCurrent = () =>
    group.members.get(newMemberId) === member &&
    group.generationId === generationId &&
    group.state === 'Stable'
  groups.write([groupMetadataRecord(group)]).then(
    () => {
      // Otherwise a rebalance has begun meanwhile, and the member takes part in it.
      if (!isCurrent() || member.awaitingJoin !== respond) return
      const response = group.joinResponse(newMemberId)
      const isLeader = group.leaderId === newMemberId
      group.completeJoin(
        member,
        client.apiVersion >= SKIPPING_ASSIGNMENT_SINCE
          ? { ...response, skipAssignment: isLeader }
          : // A client that cannot be told to skip the assignment must not take itself for the leader.
            { ...response, leader: leaderBefore ?? '', members: [] },
      )
    },
    error => {
      const { logger } = groups.surroundings
      logger.warn({ err: error, group: group.groupId }, 'a static member could not be replaced')
      const code = coordinatorErrorOf(error) ?? ErrorCode.UNKNOWN_SERVER_ERROR
      if (member.awaitingJoin === respond) group.update(member, member, undefined)
      if (isCurrent()) {
        group.update(member, before, undefined)
        groups.sessions.end(group, newMemberId)
        const restored = group.replaceStaticMember({ oldMemberId: newMemberId, newMemberId: oldMemberId })
        groups.sessions.renew(group, restored)
      }
      respond(failedJoin(request.memberId, code))
    },
  )
}

/** As java.util.UUID prints a random one. */
function randomUuid(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
