import type { BrokerConfig } from '../../config/broker-config.ts'
import type { MachineHost } from '../../machine/machine-host.ts'
import type { TimerTable } from '../../machine/timer-table.ts'
import type { GroupRecord } from '../records/coordinator-records.ts'

type HostOptions = ConstructorParameters<typeof MachineHost>[0]
export type Clock = HostOptions['clock']
export type Random = HostOptions['random']
export type Logger = HostOptions['logger']

/** The settings that groups go by; read anew each time, since some can be changed while the broker runs. */
export type GroupSettings = Pick<
  BrokerConfig,
  | 'groupInitialRebalanceDelayMs'
  | 'groupMinSessionTimeoutMs'
  | 'groupMaxSessionTimeoutMs'
  | 'groupMaxSize'
  | 'offsetMetadataMaxBytes'
  | 'offsetsCommitTimeoutMs'
  | 'offsetsRetentionCheckIntervalMs'
  | 'offsetsRetentionMinutes'
  | 'offsetsTopicNumPartitions'
>

/** What the groups of one partition live in. */
export interface GroupSurroundings {
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: () => GroupSettings
  readonly timers: TimerTable
  /**
   * Appends what a member's coming or going, or a timer, asks to be written, at once. Resolves when it is committed; rejects
   * with `ApiError`.
   */
  write(records: readonly GroupRecord[]): Promise<void>
}
