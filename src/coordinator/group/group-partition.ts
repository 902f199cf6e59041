import { MachineHost, type MachineHostOptions } from '../../machine/machine-host.ts'
import type { MetadataImage } from '../../metadata/image/metadata-image.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { GroupRecord } from '../records/coordinator-records.ts'
import { groupRecordCodec } from '../records/group-record-codec.ts'
import { GroupCoordinatorMachine } from './group-coordinator-machine.ts'
import { GROUP_METADATA_TOPIC, type GroupLog } from './group-leadership.ts'
import type { Clock, GroupSettings, Logger, Random } from './group-surroundings.ts'
import { expireOffsets } from './offsets/expire-offsets.ts'
import { tombstonesIntoBatches } from './tombstone-batches.ts'

/** So many groups are looked at in one go for offsets that expire. */
const GROUPS_PER_EXPIRY = 100

export type GroupMachineHost = MachineHost<GroupCoordinatorMachine, GroupRecord, never, MetadataImage>
export type GroupMachineHostOptions = MachineHostOptions<
  GroupCoordinatorMachine,
  GroupRecord,
  never,
  MetadataImage
>

export interface GroupPartitionOptions {
  readonly partitionIndex: number
  readonly world: { readonly clock: Clock; readonly random: Random; readonly logger: Logger }
  readonly settings: () => GroupSettings
  /** For tests: a host that checks more. */
  readonly createHost?: (options: GroupMachineHostOptions) => GroupMachineHost
}

/** One partition of `__consumer_offsets` and the groups in it. */
export class GroupPartition {
  readonly host: GroupMachineHost
  readonly #options: GroupPartitionOptions
  readonly #name: string
  readonly #logger: Logger
  /** Of the current leadership, once it is loaded: before, nobody can wait in it. */
  #machine: GroupCoordinatorMachine | undefined

  constructor(options: GroupPartitionOptions) {
    this.#options = options
    this.#name = `${GROUP_METADATA_TOPIC}-${options.partitionIndex}`
    this.#logger = options.world.logger
    const hostOptions = this.#hostOptions()
    this.host = options.createHost?.(hostOptions) ?? new MachineHost(hostOptions)
  }

  /** This broker leads the partition. Resolves once requests are taken, or the leadership is over before that. */
  async lead(log: GroupLog): Promise<void> {
    this.#unload()
    try {
      await this.host.becomeLeader(log)
    } catch (error) {
      this.#logger.error(
        { err: error, partition: this.#name },
        'the groups of a partition could not be loaded',
      )
    }
  }

  resign(): void {
    this.#unload()
    this.host.becomeFollower()
  }

  /** Deletes what has expired. Rejects with what stood in the way. */
  async expire(): Promise<void> {
    const groupIds = this.host.runSoft(machine => [...machine.persisted.keys()])
    for (let start = 0; start < groupIds.length; start += GROUPS_PER_EXPIRY) {
      const some = groupIds.slice(start, start + GROUPS_PER_EXPIRY)
      await this.host.run((machine, at) => expireOffsets(machine, at, some))
    }
  }

  #hostOptions(): GroupMachineHostOptions {
    const { world, settings } = this.#options
    const unknownIds = new Set<number>()
    return {
      ...world,
      name: this.#name,
      createMachine: timers =>
        new GroupCoordinatorMachine({
          ...world,
          settings,
          timers,
          write: records => this.host.run(() => ({ records, response: undefined })),
        }),
      codec: groupRecordCodec({
        onUnknownRecord: id => {
          if (unknownIds.has(id)) return
          unknownIds.add(id)
          this.#logger.warn(
            { partition: this.#name, kind: id },
            'records of a kind that a newer broker wrote are passed over',
          )
        },
      }),
      errors: {
        notLeader: () => new ApiError(ErrorCode.NOT_COORDINATOR),
        loading: () => new ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        tooLarge: ({ sizeBytes, maxBatchBytes }) =>
          new ApiError(
            ErrorCode.MESSAGE_TOO_LARGE,
            `A batch of ${sizeBytes} bytes is larger than the ${maxBatchBytes} that ${GROUP_METADATA_TOPIC} takes.`,
          ),
        timedOut: () => new ApiError(ErrorCode.REQUEST_TIMED_OUT),
      },
      commitTimeoutMs: settings().offsetsCommitTimeoutMs,
      intoBatches: tombstonesIntoBatches,
      onActive: machine => {
        this.#machine = machine
        machine.load()
        this.#scheduleExpiry()
        // Most partitions of a small cluster are empty: not worth a line.
        if (machine.persisted.size > 0) {
          this.#logger.info(
            { partition: this.#name, groups: machine.persisted.size },
            'the groups of a partition are loaded',
          )
        }
      },
      onFailure: () => this.#unload(),
    }
  }

  /** Before the host drops the machine: members are told where to ask, not that they failed. */
  #unload(): void {
    this.#machine?.unload()
    this.#machine = undefined
  }

  #scheduleExpiry(): void {
    this.host.timers.schedule({
      key: 'expire-offsets',
      delayMs: this.#options.settings().offsetsRetentionCheckIntervalMs,
      action: async () => {
        const machine = this.#machine
        try {
          await this.expire()
        } catch (error) {
          this.#logger.warn({ err: error, partition: this.#name }, 'expired offsets could not be deleted')
        }
        if (machine !== undefined && machine === this.#machine) this.#scheduleExpiry()
      },
    })
  }
}
