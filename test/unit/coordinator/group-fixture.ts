import type {
  FetchedOffsets,
  GroupClient,
  OffsetsToCommit,
} from '../../../src/coordinator/group/group-coordinator.ts'
import type { GroupCoordinatorMachine } from '../../../src/coordinator/group/group-coordinator-machine.ts'
import { GroupCoordinatorService } from '../../../src/coordinator/group/group-coordinator-service.ts'
import type { GroupSettings } from '../../../src/coordinator/group/group-surroundings.ts'
import type { GroupRecord } from '../../../src/coordinator/records/coordinator-records.ts'
import { decodeGroupRecord } from '../../../src/coordinator/records/coordinator-records.ts'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { MetadataImage } from '../../../src/metadata/image/metadata-image.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../src/protocol/messages/join-group.ts'
import type { SyncGroupResponse } from '../../../src/protocol/messages/sync-group.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'
import { CheckedMachineHost } from '../support/checked-machine-host.ts'
import { MemoryLog, type MemoryRecordWriter } from '../support/memory-record-writer.ts'
import { SilentLogger } from '../support/silent-logger.ts'

export type CheckedGroupHost = CheckedMachineHost<GroupCoordinatorMachine, GroupRecord, never, MetadataImage>

export const SETTINGS: GroupSettings = {
  groupInitialRebalanceDelayMs: 3_000,
  groupMinSessionTimeoutMs: 6_000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupMaxSize: 1_000,
  offsetMetadataMaxBytes: 100,
  offsetsCommitTimeoutMs: 5_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  offsetsRetentionMinutes: 10_080,
  offsetsTopicNumPartitions: 1,
}

/** All that the log must bring back. */
function hardStateOf({ persisted, otherGroups, offsets }: GroupCoordinatorMachine): unknown {
  return structuredClone({
    persisted: new Map(persisted),
    otherGroups: new Map(otherGroups),
    committed: new Map(offsets.committed),
    pending: new Map(offsets.pending()),
  })
}

export interface JoinOptions {
  readonly group?: string
  readonly memberId?: string
  readonly instance?: string | null
  readonly clientId?: string
  readonly protocolType?: string
  /** By name. */
  readonly protocols?: Readonly<Record<string, Buffer | string>>
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
  readonly version?: number
}

/** A promise whose outcome can be looked at. */
export class Pending<T> {
  value: T | undefined
  error: unknown

  constructor(promise: Promise<T>) {
    promise.then(
      value => {
        this.value = value
      },
      error => {
        this.error = error
      },
    )
  }

  get isPending(): boolean {
    return this.value === undefined && this.error === undefined
  }

  /** The value, which must be there. */
  get done(): T {
    if (this.error !== undefined) throw this.error
    if (this.value === undefined) throw new Error('there is no answer yet')
    return this.value
  }
}

/** The group coordinator on one partition in memory, with a clock that is turned by hand. */
export class GroupFixture {
  readonly clock = new ManualClock()
  readonly logger = new SilentLogger()
  readonly log: MemoryLog
  readonly service: GroupCoordinatorService
  settings: GroupSettings
  writer!: MemoryRecordWriter
  #host: CheckedGroupHost | undefined

  constructor(options: { settings?: Partial<GroupSettings>; commitsAtOnce?: boolean; seed?: number } = {}) {
    this.settings = { ...SETTINGS, ...options.settings }
    this.log = new MemoryLog({ commitsAtOnce: options.commitsAtOnce ?? true })
    this.service = new GroupCoordinatorService({
      world: { clock: this.clock, random: new SeededRandom(options.seed ?? 1), logger: this.logger },
      config: () => this.settings,
      createHost: hostOptions => {
        this.#host = new CheckedMachineHost(hostOptions, { hardState: hardStateOf, log: this.log })
        return this.#host
      },
    })
  }

  /** A coordinator that leads. */
  static async leading(options?: ConstructorParameters<typeof GroupFixture>[0]): Promise<GroupFixture> {
    const fixture = new GroupFixture(options)
    await fixture.lead()
    return fixture
  }

  get host(): CheckedGroupHost {
    if (this.#host === undefined) throw new Error('not elected yet')
    return this.#host
  }

  /** A new leadership that reads the log from its beginning. */
  async lead(): Promise<void> {
    this.writer = this.log.lead()
    this.service.onElection(0, { writer: this.writer, batches: [...this.log.batches] })
    await this.settle()
  }

  /** Lets everything happen that does not wait for time. */
  settle(): Promise<void> {
    return this.clock.advanceAndSettle(0)
  }

  advance(ms: number): Promise<void> {
    return this.clock.advanceAndSettle(ms)
  }

  /** Throws when any command changed hard state, or the log does not bring it back. */
  check(): void {
    this.host.checkReplayEquivalence()
  }

  client(version: number, clientId = 'client'): GroupClient {
    return { clientId, clientHost: '/127.0.0.1', apiVersion: version }
  }

  join(options: JoinOptions = {}): Pending<JoinGroupResponse> {
    const { version = 9, protocols = { range: 'subscription' } } = options
    const request: JoinGroupRequest = {
      groupId: options.group ?? 'group',
      memberId: options.memberId ?? '',
      groupInstanceId: options.instance ?? null,
      protocolType: options.protocolType ?? 'consumer',
      protocols: Object.entries(protocols).map(([name, metadata]) => ({
        name,
        metadata: Buffer.from(metadata),
      })),
      sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
      rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 30_000,
      reason: null,
    }
    return new Pending(this.service.joinGroup(request, this.client(version, options.clientId)))
  }

  /** Joins in two steps, as clients since version 4 do; the second answer may still be missing. */
  async joinWithId(
    options: JoinOptions = {},
  ): Promise<{ memberId: string; joining: Pending<JoinGroupResponse> }> {
    const first = this.join(options)
    await this.settle()
    const { memberId } = first.done
    const joining = this.join({ ...options, memberId })
    await this.settle()
    return { memberId, joining }
  }

  sync(options: {
    group?: string
    memberId: string
    generation: number
    instance?: string | null
    assignments?: Readonly<Record<string, string>>
    protocolType?: string | null
    protocolName?: string | null
  }): Pending<SyncGroupResponse> {
    const { assignments = {}, generation, memberId } = options
    return new Pending(
      this.service.syncGroup(
        {
          groupId: options.group ?? 'group',
          generationId: generation,
          memberId,
          groupInstanceId: options.instance ?? null,
          protocolType: options.protocolType ?? null,
          protocolName: options.protocolName ?? null,
          assignments: Object.entries(assignments).map(([id, assignment]) => ({
            memberId: id,
            assignment: Buffer.from(assignment),
          })),
        },
        this.client(5),
      ),
    )
  }

  heartbeat(options: {
    group?: string
    memberId: string
    generation: number
    instance?: string | null
  }): number {
    return this.service.heartbeat({
      groupId: options.group ?? 'group',
      generationId: options.generation,
      memberId: options.memberId,
      groupInstanceId: options.instance ?? null,
    }).errorCode
  }

  leave(
    members: readonly { memberId?: string; instance?: string | null }[],
    group = 'group',
  ): Pending<Awaited<ReturnType<GroupCoordinatorService['leaveGroup']>>> {
    return new Pending(
      this.service.leaveGroup({
        groupId: group,
        memberId: '',
        members: members.map(({ memberId = '', instance = null }) => ({
          memberId,
          groupInstanceId: instance,
          reason: null,
        })),
      }),
    )
  }

  commit(
    offsets: Readonly<Record<string, bigint | number>>,
    options: Partial<OffsetsToCommit> & { version?: number; metadata?: string } = {},
  ) {
    const { version = 9, metadata = '', ...request } = options
    return new Pending(
      this.service.commitOffsets(
        {
          groupId: 'group',
          generationIdOrMemberEpoch: -1,
          memberId: '',
          groupInstanceId: null,
          retentionTimeMs: -1,
          topics: Object.entries(offsets).map(([topic, offset]) => ({
            name: topic,
            topicId: ZERO_UUID,
            partitions: [
              {
                partitionIndex: 0,
                committedOffset: BigInt(offset),
                committedLeaderEpoch: -1,
                committedMetadata: metadata,
                commitTimestamp: -1,
              },
            ],
          })),
          ...request,
        },
        this.client(version),
      ),
    )
  }

  /** Committed offsets by topic, of partition 0. */
  async offsets(group = 'group'): Promise<Record<string, bigint>> {
    const { topics } = await this.fetch(group)
    return Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions[0]!.committedOffset]))
  }

  fetch(groupId = 'group'): Promise<FetchedOffsets> {
    const request = { groupId, memberId: null, memberEpoch: -1, topics: null }
    return this.service.fetchOffsets(request, { requireStable: false })
  }

  async describe(group = 'group', version = 6) {
    const [described] = await this.service.describeGroups([group], this.client(version))
    return described!
  }

  async stateOf(group = 'group'): Promise<string> {
    return (await this.describe(group)).groupState
  }

  /** A group of this many dynamic members in its first stable generation; the first one leads. */
  async stableGroup(
    count: number,
    options: JoinOptions = {},
  ): Promise<{ memberIds: string[]; generation: number }> {
    const members: { memberId: string; joining: Pending<JoinGroupResponse> }[] = []
    for (let index = 0; index < count; index++) members.push(await this.joinWithId(options))
    while (members.some(({ joining }) => joining.isPending)) await this.advance(1_000)
    const generation = members[0]!.joining.done.generationId as number
    const memberIds = members.map(({ memberId }) => memberId)
    await this.syncAll({ memberIds, generation, group: options.group ?? 'group' })
    return { memberIds, generation }
  }

  /** Everybody syncs, the first one as the leader; each is assigned its own id. */
  async syncAll(round: {
    memberIds: readonly string[]
    generation: number
    group?: string
  }): Promise<SyncGroupResponse[]> {
    const { memberIds, generation, group = 'group' } = round
    const assignments = Object.fromEntries(memberIds.map(memberId => [memberId, `assignment of ${memberId}`]))
    const syncs = [...memberIds]
      .reverse()
      .map(memberId => this.sync({ group, memberId, generation, assignments }))
    await this.settle()
    return syncs.reverse().map(({ done }) => done)
  }

  /** What lies in the log, decoded. */
  records(): GroupRecord[] {
    return this.log.batches.flatMap(({ records }) =>
      records.map(({ key, value }) => decodeGroupRecord(key as Buffer, value) as GroupRecord),
    )
  }
}
