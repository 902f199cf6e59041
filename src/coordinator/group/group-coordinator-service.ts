import type { MetadataDelta, MetadataImage } from '../../metadata/image/metadata-image.ts'
import { EMPTY_METADATA_IMAGE } from '../../metadata/image/metadata-image.ts'
import type { MetadataPublisher } from '../../metadata/image/metadata-publisher.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { HeartbeatRequest, HeartbeatResponse } from '../../protocol/messages/heartbeat.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../protocol/messages/join-group.ts'
import type { LeaveGroupRequest, LeaveGroupResponse } from '../../protocol/messages/leave-group.ts'
import type { ListGroupsRequest, ListGroupsResponse } from '../../protocol/messages/list-groups.ts'
import type { OffsetDeleteRequest, OffsetDeleteResponse } from '../../protocol/messages/offset-delete.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../../protocol/messages/sync-group.ts'
import { failedJoin, failedSync } from './classic/classic-group.ts'
import { describeClassicGroup } from './classic/describe-groups.ts'
import { heartbeatClassicGroup } from './classic/heartbeat.ts'
import { joinClassicGroup } from './classic/join-group.ts'
import { leaveClassicGroup } from './classic/leave-group.ts'
import { listClassicGroups } from './classic/list-groups.ts'
import { syncClassicGroup } from './classic/sync-group.ts'
import { coordinatorErrorOf } from './coordinator-error.ts'
import { deleteGroups } from './delete-groups.ts'
import type {
  CommittedTopics,
  DeletedGroup,
  DescribedGroup,
  FetchedOffsets,
  GroupClient,
  GroupCoordinator,
  OffsetsToCommit,
  OffsetsToFetch,
} from './group-coordinator.ts'
import { GROUP_METADATA_TOPIC, type GroupLeadership, type GroupLog } from './group-leadership.ts'
import { type GroupMachineHost, GroupPartition, type GroupPartitionOptions } from './group-partition.ts'
import { groupPartitionIndex } from './group-partition-index.ts'
import type { Clock, GroupSettings, Logger, Random } from './group-surroundings.ts'
import { commitOffsets } from './offsets/commit-offsets.ts'
import { type DeletedTopic, deleteOffsets, deleteOffsetsOfTopics } from './offsets/delete-offsets.ts'
import { fetchOffsets } from './offsets/fetch-offsets.ts'

export interface GroupCoordinatorServiceOptions {
  readonly world: { readonly clock: Clock; readonly random: Random; readonly logger: Logger }
  readonly config: () => GroupSettings
  /** For tests: hosts that check more. */
  readonly createHost?: NonNullable<GroupPartitionOptions['createHost']>
}

/**
 * All groups that this broker coordinates: those of the partitions of `__consumer_offsets` that it leads (Apache Kafka's
 * GroupCoordinatorService).
 */
export class GroupCoordinatorService implements GroupCoordinator, GroupLeadership, MetadataPublisher {
  readonly name = 'GroupCoordinator'
  readonly #options: GroupCoordinatorServiceOptions
  readonly #logger: Logger
  readonly #partitions = new Map<number, GroupPartition>()
  #image: MetadataImage = EMPTY_METADATA_IMAGE

  constructor(options: GroupCoordinatorServiceOptions) {
    this.#options = options
    this.#logger = options.world.logger.named('org.apache.kafka.coordinator.group.GroupCoordinator')
  }

  // ---- leadership and metadata

  onElection(partitionIndex: number, log: GroupLog): void {
    const partition = this.#partitions.get(partitionIndex) ?? this.#newPartition(partitionIndex)
    void partition.lead(log)
  }

  onResignation(partitionIndex: number): void {
    this.#partitions.get(partitionIndex)?.resign()
  }

  onMetadataUpdate(delta: MetadataDelta, image: MetadataImage): void {
    this.#image = image
    for (const { host } of this.#partitions.values()) host.updateImage(image)
    const deleted = Array.from(delta.topics?.deleted.values() ?? [], ({ name, topicId }) => ({
      name,
      topicId,
    }))
    if (deleted.length > 0) this.#deleteOffsetsOf(deleted)
  }

  /** Nothing is coordinated any more; who waits is told so. */
  async stop(): Promise<void> {
    for (const partition of this.#partitions.values()) partition.resign()
  }

  partitionFor(groupId: string): number {
    const partitions = this.#image.topics.topicByName(GROUP_METADATA_TOPIC)?.partitions
    return groupPartitionIndex(
      groupId,
      partitions?.length ?? this.#options.config().offsetsTopicNumPartitions,
    )
  }

  // ---- members

  async joinGroup(request: JoinGroupRequest, client: GroupClient): Promise<JoinGroupResponse> {
    const { groupId, memberId, sessionTimeoutMs } = request
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.#options.config()
    if (groupId === '') return failedJoin(memberId, ErrorCode.INVALID_GROUP_ID)
    if (sessionTimeoutMs < groupMinSessionTimeoutMs || sessionTimeoutMs > groupMaxSessionTimeoutMs) {
      return failedJoin(memberId, ErrorCode.INVALID_SESSION_TIMEOUT)
    }
    return this.#ask(
      groupId,
      host =>
        host.runSoft(({ classic, otherGroups }, { random }) =>
          otherGroups.has(groupId)
            ? failedJoin(memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
            : joinClassicGroup(classic, request, client, random),
        ),
      code => failedJoin(memberId, code),
    )
  }

  async syncGroup(request: SyncGroupRequest, _client: GroupClient): Promise<SyncGroupResponse> {
    if (request.groupId === '') return failedSync(ErrorCode.INVALID_GROUP_ID)
    return this.#ask(
      request.groupId,
      host => host.runSoft(({ classic }) => syncClassicGroup(classic, request)),
      failedSync,
    )
  }

  heartbeat(request: HeartbeatRequest): HeartbeatResponse {
    if (request.groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID }
    try {
      const host = this.#hostFor(request.groupId)
      return { errorCode: host.runSoft(({ classic }) => heartbeatClassicGroup(classic, request)) }
    } catch (error) {
      const code = coordinatorErrorOf(error)
      if (code === undefined) throw error
      // Nobody can tell yet; the member is to stay as it is.
      return { errorCode: code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : code }
    }
  }

  async leaveGroup({ groupId, members }: LeaveGroupRequest): Promise<LeaveGroupResponse> {
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID }
    return this.#ask<LeaveGroupResponse>(
      groupId,
      host => {
        const left = host.runSoft(({ classic }) => leaveClassicGroup(classic, { groupId, members }))
        // That the group is empty now is written; it is told when that is committed.
        return host.read(() => ({ errorCode: ErrorCode.NONE, members: left }))
      },
      code => ({ errorCode: code }),
    )
  }

  // ---- offsets

  commitOffsets(request: OffsetsToCommit, client: GroupClient): Promise<CommittedTopics> {
    return this.#ask<CommittedTopics>(
      request.groupId,
      host => host.run((machine, at) => commitOffsets(machine, at, { request, client })),
      errorCode =>
        request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
        })),
    )
  }

  fetchOffsets(request: OffsetsToFetch, options: { requireStable: boolean }): Promise<FetchedOffsets> {
    const { groupId } = request
    return this.#ask<FetchedOffsets>(
      groupId,
      host => host.read(machine => fetchOffsets(machine, request, options)),
      code => ({ groupId, errorCode: fetchError(code), topics: [] }),
    )
  }

  async deleteOffsets(request: OffsetDeleteRequest): Promise<OffsetDeleteResponse> {
    if (request.groupId === '')
      return { errorCode: ErrorCode.INVALID_GROUP_ID, throttleTimeMs: 0, topics: [] }
    return this.#ask<OffsetDeleteResponse>(
      request.groupId,
      async host => {
        const topics = await host.run(machine => deleteOffsets(machine, request))
        return { errorCode: ErrorCode.NONE, throttleTimeMs: 0, topics }
      },
      code => ({ errorCode: code, throttleTimeMs: 0, topics: [] }),
    )
  }

  // ---- groups

  describeGroups(groupIds: readonly string[], client: GroupClient): Promise<DescribedGroup[]> {
    return Promise.all(
      groupIds.map(groupId =>
        this.#ask<DescribedGroup>(
          groupId,
          host => host.read(({ classic }) => describeClassicGroup(classic, groupId, client)),
          errorCode => ({
            errorCode,
            groupId,
            groupState: '',
            protocolType: '',
            protocolData: '',
            members: [],
          }),
        ),
      ),
    )
  }

  async listGroups(request: ListGroupsRequest): Promise<ListGroupsResponse> {
    const led = [...this.#partitions.values()].filter(({ host }) => host.state !== 'inactive')
    try {
      const listed = await Promise.all(
        led.map(({ host }) => host.read(({ classic }) => listClassicGroups(classic, request))),
      )
      return { errorCode: ErrorCode.NONE, groups: listed.flat() }
    } catch (error) {
      const code = coordinatorErrorOf(error)
      if (code === undefined) throw error
      return { errorCode: code, groups: [] }
    }
  }

  async deleteGroups(groupIds: readonly string[]): Promise<DeletedGroup[]> {
    const byPartition = Map.groupBy(groupIds, groupId => this.partitionFor(groupId))
    const deleted = await Promise.all(
      Array.from(byPartition.values(), some =>
        this.#ask<DeletedGroup[]>(
          some[0] as string,
          host => host.run(machine => deleteGroups(machine, some)),
          errorCode => some.map(groupId => ({ groupId, errorCode })),
        ),
      ),
    )
    return deleted.flat()
  }

  // ----

  /** Asks the group's partition. What is expected to go wrong becomes the answer that `fail` makes of it. */
  async #ask<T>(
    groupId: string,
    ask: (host: GroupMachineHost) => T | Promise<T>,
    fail: (code: ErrorCode) => T,
  ): Promise<T> {
    try {
      return await ask(this.#hostFor(groupId))
    } catch (error) {
      const code = coordinatorErrorOf(error)
      if (code === undefined) throw error
      return fail(code)
    }
  }

  #hostFor(groupId: string): GroupMachineHost {
    const partition = this.#partitions.get(this.partitionFor(groupId))
    if (partition === undefined) throw new ApiError(ErrorCode.NOT_COORDINATOR)
    return partition.host
  }

  #newPartition(partitionIndex: number): GroupPartition {
    const { world, config, createHost } = this.#options
    const { clock, random } = world
    const partition = new GroupPartition({
      partitionIndex,
      world: { clock, random, logger: this.#logger },
      settings: config,
      ...(createHost === undefined ? {} : { createHost }),
    })
    partition.host.updateImage(this.#image)
    this.#partitions.set(partitionIndex, partition)
    return partition
  }

  #deleteOffsetsOf(topics: readonly DeletedTopic[]): void {
    for (const { host } of this.#partitions.values()) {
      if (host.state !== 'active') continue
      host
        .run(machine => deleteOffsetsOfTopics(machine, topics))
        .catch(error => {
          this.#logger.warn({ err: error }, 'the offsets of deleted topics could not be deleted')
        })
    }
  }
}

/** Consumers before 3.9 do not know COORDINATOR_NOT_AVAILABLE as an answer to OffsetFetch; the other makes them try again. */
function fetchError(code: ErrorCode): ErrorCode {
  return code === ErrorCode.COORDINATOR_NOT_AVAILABLE ? ErrorCode.NOT_COORDINATOR : code
}
