import type { ErrorCode } from '../../protocol/error-code.ts'
import type { DescribeGroupsResponse } from '../../protocol/messages/describe-groups.ts'
import type { HeartbeatRequest, HeartbeatResponse } from '../../protocol/messages/heartbeat.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../protocol/messages/join-group.ts'
import type { LeaveGroupRequest, LeaveGroupResponse } from '../../protocol/messages/leave-group.ts'
import type { ListGroupsRequest, ListGroupsResponse } from '../../protocol/messages/list-groups.ts'
import type { OffsetDeleteRequest, OffsetDeleteResponse } from '../../protocol/messages/offset-delete.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../protocol/messages/sync-group.ts'

/** Who sends a request to a group. */
export interface GroupClient {
  /** Null where the client gave none. */
  readonly clientId: string | null
  /** `/127.0.0.1` */
  readonly clientHost: string
  readonly apiVersion: number
}

/** An OffsetCommit whose topics are known by name. */
export interface OffsetsToCommit {
  readonly groupId: string
  /** -1: not as a member. */
  readonly generationIdOrMemberEpoch: number
  /** Empty: not as a member. */
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** Until version 4 of the API; -1: as the broker is set. */
  readonly retentionTimeMs: number
  readonly topics: readonly {
    readonly name: string
    /** The zero UUID: not known. */
    readonly topicId: string
    readonly partitions: readonly {
      readonly partitionIndex: number
      readonly committedOffset: bigint
      readonly committedLeaderEpoch: number
      readonly committedMetadata: string | null
      /** In version 1 of the API alone; -1: now. */
      readonly commitTimestamp: number
    }[]
  }[]
}

/** Along the topics and partitions of the request. */
export type CommittedTopics = {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: ErrorCode }[]
}[]

export interface OffsetsToFetch {
  readonly groupId: string
  /** Null or empty, and an epoch of -1: not as a member. */
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null: all that the group has committed. */
  readonly topics:
    | readonly {
        readonly name: string
        /** Not the zero UUID: offsets that were committed for another topic of this name do not count. */
        readonly topicId: string
        readonly partitionIndexes: readonly number[]
      }[]
    | null
}

export interface FetchedOffsets {
  readonly groupId: string
  readonly errorCode: ErrorCode
  readonly topics: {
    readonly name: string
    readonly partitions: {
      readonly partitionIndex: number
      /** -1: none is committed. */
      readonly committedOffset: bigint
      readonly committedLeaderEpoch: number
      readonly metadata: string
      readonly errorCode: ErrorCode
    }[]
  }[]
}

export type DescribedGroup = NonNullable<DescribeGroupsResponse['groups']>[number]

export interface DeletedGroup {
  readonly groupId: string
  readonly errorCode: ErrorCode
}

/**
 * What the handlers know of groups (Apache Kafka's GroupCoordinator). Expected outcomes, NOT_COORDINATOR among them, are
 * error codes in the answers; nothing here rejects but for a bug.
 */
export interface GroupCoordinator {
  /** The partition of `__consumer_offsets` that a group belongs to. */
  partitionFor(groupId: string): number
  /** Settles when the round is complete. */
  joinGroup(request: JoinGroupRequest, client: GroupClient): Promise<JoinGroupResponse>
  /** Settles when the leader has handed in the assignment and it is committed. */
  syncGroup(request: SyncGroupRequest, client: GroupClient): Promise<SyncGroupResponse>
  /** At once: a heartbeat waits for nothing. */
  heartbeat(request: HeartbeatRequest): HeartbeatResponse
  leaveGroup(request: LeaveGroupRequest): Promise<LeaveGroupResponse>
  /** Settles when the offsets are committed. */
  commitOffsets(request: OffsetsToCommit, client: GroupClient): Promise<CommittedTopics>
  fetchOffsets(request: OffsetsToFetch, options: { requireStable: boolean }): Promise<FetchedOffsets>
  deleteOffsets(request: OffsetDeleteRequest): Promise<OffsetDeleteResponse>
  describeGroups(groupIds: readonly string[], client: GroupClient): Promise<DescribedGroup[]>
  /** The groups of all partitions that are led here. */
  listGroups(request: ListGroupsRequest): Promise<ListGroupsResponse>
  deleteGroups(groupIds: readonly string[]): Promise<DeletedGroup[]>
}
