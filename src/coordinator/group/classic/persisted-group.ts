import {
  GROUP_METADATA_VERSION,
  type GroupRecord,
  type GroupRecordValue,
} from '../../records/coordinator-records.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type ClassicGroupMemberData, metadataFor } from './classic-group-member.ts'

type GroupMetadataValue = GroupRecordValue<'GroupMetadata'>

/** "Not known" in a record. */
const NO_TIMESTAMP = -1
const NO_TIMEOUT = -1

/** A classic group as its last record has it: hard state. */
export interface PersistedGroup {
  readonly generationId: number
  readonly protocolType: string | undefined
  readonly protocolName: string | undefined
  readonly leaderId: string | undefined
  /** Wall clock: since when the group is as it is; undefined: an old record that does not tell. */
  readonly stateTimestampMs: number | undefined
  readonly members: readonly ClassicGroupMemberData[]
}

/** A group that commits offsets without having members (Kafka's simple group): no record tells of it but its offsets. */
export const SIMPLE_GROUP: PersistedGroup = {
  generationId: 0,
  protocolType: undefined,
  protocolName: undefined,
  leaderId: undefined,
  stateTimestampMs: undefined,
  members: [],
}

export function persistedGroupFromRecord(value: GroupMetadataValue): PersistedGroup {
  const { generation, protocol, leader, currentStateTimestamp } = value
  return {
    generationId: generation,
    protocolType: value.protocolType === '' ? undefined : value.protocolType,
    protocolName: protocol ?? undefined,
    leaderId: leader ?? undefined,
    stateTimestampMs: currentStateTimestamp === NO_TIMESTAMP ? undefined : currentStateTimestamp,
    members: value.members.map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId ?? undefined,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs:
        member.rebalanceTimeout === NO_TIMEOUT ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      // Copies: what is decoded lies in a large buffer of the log.
      protocols: [{ name: protocol ?? '', metadata: Buffer.from(member.subscription) }],
      assignment: Buffer.from(member.assignment),
    })),
  }
}

/** The record of a group as it is now, with these assignments instead of the members' own. */
export function groupMetadataRecord(
  group: ClassicGroup,
  assignmentOf: (member: ClassicGroupMemberData) => Uint8Array = ({ assignment }) => assignment,
): GroupRecord {
  return {
    type: 'GroupMetadata',
    key: { group: group.groupId },
    version: GROUP_METADATA_VERSION,
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generationId,
      protocol: group.protocolName ?? null,
      leader: group.leaderId ?? null,
      currentStateTimestamp: group.stateTimestampMs ?? NO_TIMESTAMP,
      members: Array.from(group.members.values(), member => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId ?? null,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: metadataFor(member, group.protocolName),
        assignment: assignmentOf(member) as Buffer,
      })),
    },
  }
}

/** A new group has a record before it has members, so that it outlives this leadership. */
export function emptyGroupRecord(groupId: string, nowMs: number): GroupRecord {
  return {
    type: 'GroupMetadata',
    key: { group: groupId },
    version: GROUP_METADATA_VERSION,
    value: {
      protocolType: '',
      generation: 0,
      protocol: null,
      leader: null,
      currentStateTimestamp: nowMs,
      members: [],
    },
  }
}

export function groupTombstone(groupId: string): GroupRecord {
  return { type: 'GroupMetadata', key: { group: groupId }, version: 0, value: undefined }
}
