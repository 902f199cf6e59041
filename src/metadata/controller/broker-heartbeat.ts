import { ErrorCode } from '../../protocol/error-code.ts'
import type {
  BrokerHeartbeatRequest,
  BrokerHeartbeatResponse,
} from '../../protocol/messages/broker-heartbeat.ts'
import type { BrokerRegistration } from '../image/broker-registration.ts'
import { directoryOf } from '../image/partition-registration.ts'
import { metadataVersionSupports } from '../metadata-version.ts'
import type { MetadataRecord, MetadataRecordValue } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { partitionsInSyncOn, partitionsWithoutLeader, planLeaderUpdates } from './leader-updates.ts'

/** What the sessions tell about a broker that is shutting down. */
export interface ShutdownProgress {
  /** Where its leaving the ISRs stands in the log. */
  readonly controlledShutdownOffset: number
  /** How far every other active broker has read. */
  readonly lowestActiveOffset: number
}

/** BrokerControlState; `shutdown-now`: nothing holds the broker any more. */
type BrokerState = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shutdown-now'

/**
 * A broker says how far it has read the metadata and what it wants: to be unfenced, or to stop. Throws STALE_BROKER_EPOCH
 * for one that is not what it was.
 */
export function brokerHeartbeat(
  machine: ControllerMachine,
  request: BrokerHeartbeatRequest,
  progress: ShutdownProgress,
): ControllerResult<BrokerHeartbeatResponse> {
  const broker = machine.cluster.requireBroker(request)
  const registrationOffset = machine.cluster.registrationOffset(broker.id) ?? 0
  const isCaughtUp = request.currentMetadataOffset >= registrationOffset
  const current = currentState(broker)
  const next = nextState(machine, { broker, request, isCaughtUp, progress })
  const records = [
    ...transitionRecords(machine, broker, current, next),
    ...directoryRecords(machine, broker, request),
  ]
  const response = {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    isCaughtUp,
    isFenced: next === 'fenced' || next === 'shutdown-now',
    shouldShutDown: next === 'shutdown-now',
  }
  return { records, response }
}

function currentState(broker: BrokerRegistration): BrokerState {
  if (broker.fenced) return 'fenced'
  return broker.inControlledShutdown ? 'controlled-shutdown' : 'unfenced'
}

function nextState(
  machine: ControllerMachine,
  what: {
    broker: BrokerRegistration
    request: BrokerHeartbeatRequest
    isCaughtUp: boolean
    progress: ShutdownProgress
  },
): BrokerState {
  const { broker, request, isCaughtUp, progress } = what
  const { wantFence, wantShutDown } = request
  switch (currentState(broker)) {
    case 'fenced':
      if (wantShutDown) return 'shutdown-now'
      return !wantFence && isCaughtUp ? 'unfenced' : 'fenced'
    case 'unfenced':
      if (wantFence) return wantShutDown ? 'shutdown-now' : 'fenced'
      if (!wantShutDown) return 'unfenced'
      return machine.replication.hasLeaderships(broker.id) ? 'controlled-shutdown' : 'shutdown-now'
    default: {
      // The others must know who leads instead before this one goes.
      const isKnown = progress.controlledShutdownOffset <= progress.lowestActiveOffset
      return isKnown && !machine.replication.hasLeaderships(broker.id)
        ? 'shutdown-now'
        : 'controlled-shutdown'
    }
  }
}

function transitionRecords(
  machine: ControllerMachine,
  broker: BrokerRegistration,
  current: BrokerState,
  next: BrokerState,
): MetadataRecord[] {
  if (current === next) return []
  switch (next) {
    case 'unfenced':
      return [
        changeRecord(broker, 0, { fenced: UNFENCE }),
        ...planLeaderUpdates(machine, { returns: broker.id }, partitionsWithoutLeader(machine)),
      ]
    case 'controlled-shutdown':
      return [
        changeRecord(broker, 1, { inControlledShutdown: 1 }),
        ...planLeaderUpdates(machine, { leaves: broker.id }, partitionsInSyncOn(machine, broker.id)),
      ]
    default:
      return fenceRecords(machine, broker)
  }
}

const FENCE = 1
const UNFENCE = -1

/** Takes a broker out of all it leads and is in sync with; none where it is fenced already. */
export function fenceRecords(machine: ControllerMachine, broker: BrokerRegistration): MetadataRecord[] {
  if (broker.fenced) return []
  return [
    ...planLeaderUpdates(machine, { leaves: broker.id }, partitionsInSyncOn(machine, broker.id)),
    changeRecord(broker, 0, { fenced: FENCE }),
  ]
}

/** The version of this record says which of its fields there are. */
function changeRecord(
  { id, epoch }: BrokerRegistration,
  version: number,
  change: Partial<MetadataRecordValue<'BrokerRegistrationChangeRecord'>>,
): MetadataRecord {
  const nothing = { fenced: 0, inControlledShutdown: 0, logDirs: [], cordonedLogDirs: null }
  return metadataRecord('BrokerRegistrationChangeRecord', version, {
    ...nothing,
    brokerId: id,
    brokerEpoch: epoch,
    ...change,
  })
}

function directoryRecords(
  machine: ControllerMachine,
  broker: BrokerRegistration,
  { offlineLogDirs, cordonedLogDirs }: BrokerHeartbeatRequest,
): MetadataRecord[] {
  const { metadataVersion } = machine.features
  const records: MetadataRecord[] = []
  const offline = broker.directories.filter(directory => offlineLogDirs.includes(directory))
  if (offline.length > 0 && metadataVersionSupports(metadataVersion, 'directoryAssignment')) {
    const lost = machine.replication.partitionsWhere(partition =>
      offline.includes(directoryOf(partition, broker.id) ?? ''),
    )
    const logDirs = broker.directories.filter(directory => !offline.includes(directory))
    records.push(
      ...planLeaderUpdates(machine, { leaves: broker.id }, lost),
      changeRecord(broker, 2, { logDirs }),
    )
  }
  if (cordonedLogDirs !== null && metadataVersionSupports(metadataVersion, 'cordonedDirectories')) {
    const before = new Set(broker.cordonedDirectories)
    const isSame = before.size === cordonedLogDirs.length && cordonedLogDirs.every(each => before.has(each))
    if (!isSame) records.push(changeRecord(broker, 3, { cordonedLogDirs }))
  }
  return records
}
