import type { CommandContext } from '../../machine/machine.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  BrokerRegistrationRequest,
  BrokerRegistrationResponse,
} from '../../protocol/messages/broker-registration.ts'
import type {
  ControllerRegistrationRequest,
  ControllerRegistrationResponse,
} from '../../protocol/messages/controller-registration.ts'
import type { UnregisterBrokerResponse } from '../../protocol/messages/unregister-broker.ts'
import {
  brokerToRecord,
  controllerToRecord,
  featuresByName,
  listenersByName,
} from '../image/broker-registration.ts'
import { isReservedDirectory } from '../image/directory-id.ts'
import {
  METADATA_VERSION_FEATURE,
  MINIMUM_METADATA_VERSION,
  metadataVersionSupports,
} from '../metadata-version.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { KRAFT_VERSION_FEATURE } from '../supported-features.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { partitionsInSyncOn, partitionsInSyncOrEligibleOn, planLeaderUpdates } from './leader-updates.ts'

export interface RegistrationSurroundings {
  readonly clusterId: string
  readonly kraftVersion: number
  /** The broker of that id is known to be running. */
  readonly isAlive: (brokerId: number) => boolean
}

/**
 * Takes a broker in, fenced until it has caught up. Its epoch is where its registration stands in the log. A new
 * incarnation that cannot tell the epoch of a clean stop may have lost records: it is taken out of ISRs first.
 */
export function registerBroker(
  machine: ControllerMachine,
  request: BrokerRegistrationRequest,
  at: CommandContext,
  surroundings: RegistrationSurroundings,
): ControllerResult<BrokerRegistrationResponse> {
  const { brokerId, incarnationId } = request
  const { metadataVersion } = machine.features
  const existing = machine.cluster.brokers.get(brokerId)
  const isSameIncarnation = existing?.incarnationId === incarnationId
  refuseRegistration(machine, request, surroundings)
  const brokerEpoch = isSameIncarnation ? existing.epoch : at.nextOffset
  const records: MetadataRecord[] = isSameIncarnation ? [] : shutdownRecords(machine, request)
  const withDirectories = metadataVersionSupports(metadataVersion, 'directoryAssignment')
  records.push(
    brokerToRecord(
      {
        id: brokerId,
        epoch: brokerEpoch,
        incarnationId,
        listeners: listenersByName(request.listeners),
        supportedFeatures: featuresByName(request.features),
        rack: request.rack ?? undefined,
        fenced: isSameIncarnation ? existing.fenced : true,
        inControlledShutdown: isSameIncarnation && existing.inControlledShutdown,
        directories: withDirectories ? request.logDirs : [],
        cordonedDirectories: isSameIncarnation ? existing.cordonedDirectories : [],
      },
      metadataVersion,
    ),
  )
  return { records, response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, brokerEpoch } }
}

function refuseRegistration(
  machine: ControllerMachine,
  request: BrokerRegistrationRequest,
  { clusterId, kraftVersion, isAlive }: RegistrationSurroundings,
): void {
  const { brokerId } = request
  if (request.clusterId !== clusterId) {
    const message = `Expected cluster ID ${clusterId}, but got cluster ID ${request.clusterId}`
    throw new ApiError(ErrorCode.INCONSISTENT_CLUSTER_ID, message)
  }
  const existing = machine.cluster.brokers.get(brokerId)
  const isOther = existing !== undefined && existing.incarnationId !== request.incarnationId
  if (isOther && isAlive(brokerId) && !existing.inControlledShutdown) {
    const message = 'Another broker is registered with that broker id.'
    throw new ApiError(ErrorCode.DUPLICATE_BROKER_REGISTRATION, message)
  }
  if (request.isMigratingZkBroker) {
    const message = 'Controller does not support registering ZK brokers.'
    throw new ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, message)
  }
  if (metadataVersionSupports(machine.features.metadataVersion, 'directoryAssignment')) {
    refuseDirectories(machine, request)
  }
  refuseFeatures(machine, request, kraftVersion)
}

function refuseDirectories(
  machine: ControllerMachine,
  { brokerId, logDirs }: BrokerRegistrationRequest,
): void {
  const refuse = (message: string): never => {
    throw new ApiError(ErrorCode.INVALID_REGISTRATION, message)
  }
  if (logDirs.length === 0) refuse('No directories specified in request')
  if (logDirs.some(isReservedDirectory)) refuse('Reserved directory ID in request')
  const wanted = new Set(logDirs)
  if (wanted.size !== logDirs.length) refuse('Duplicate directory ID in request')
  for (const { id, directories } of machine.cluster.brokers.values()) {
    const taken = id === brokerId ? undefined : directories.find(directory => wanted.has(directory))
    if (taken !== undefined) refuse(`Broker ${id} is already registered with directory ${taken}`)
  }
}

/** A broker must be able to do every feature at the level that the cluster is on. */
function refuseFeatures(
  machine: ControllerMachine,
  request: BrokerRegistrationRequest,
  kraftVersion: number,
): void {
  const supported = featuresByName(request.features)
  const finalized = new Map([...machine.features.finalized, [KRAFT_VERSION_FEATURE, kraftVersion]])
  for (const [name, level] of finalized) {
    const lowest = name === METADATA_VERSION_FEATURE ? MINIMUM_METADATA_VERSION : 0
    const { min, max } = supported.get(name) ?? { min: lowest, max: lowest }
    if (level >= min && level <= max) continue
    const message =
      `Unable to register because the broker does not support finalized version ${level} of ${name}. ` +
      `The broker wants a version between ${min} and ${max}, inclusive.`
    throw new ApiError(ErrorCode.UNSUPPORTED_VERSION, message)
  }
}

/** What the end of the former incarnation means for its partitions. */
function shutdownRecords(machine: ControllerMachine, request: BrokerRegistrationRequest): MetadataRecord[] {
  const { brokerId, previousBrokerEpoch } = request
  const existing = machine.cluster.brokers.get(brokerId)
  if (existing === undefined) return []
  const isUnclean = previousBrokerEpoch !== existing.epoch
  return isUnclean && machine.features.isElrEnabled
    ? planLeaderUpdates(machine, { lostRecords: brokerId }, partitionsInSyncOrEligibleOn(machine, brokerId))
    : planLeaderUpdates(machine, { leaves: brokerId }, partitionsInSyncOn(machine, brokerId))
}

/** Takes a broker out of the cluster for good. */
export function unregisterBroker(
  machine: ControllerMachine,
  brokerId: number,
): ControllerResult<UnregisterBrokerResponse> {
  const broker = machine.cluster.brokers.get(brokerId)
  if (broker === undefined) {
    const message = `Broker ID ${brokerId} is not currently registered`
    throw new ApiError(ErrorCode.BROKER_ID_NOT_REGISTERED, message)
  }
  const records = [
    ...planLeaderUpdates(machine, { leaves: brokerId }, partitionsInSyncOrEligibleOn(machine, brokerId)),
    metadataRecord('UnregisterBrokerRecord', 0, { brokerId, brokerEpoch: broker.epoch }),
  ]
  return { records, response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null } }
}

/** Notes where a controller listens and what it supports (KIP-919). */
export function registerController(
  machine: ControllerMachine,
  request: ControllerRegistrationRequest,
): ControllerResult<ControllerRegistrationResponse> {
  if (!metadataVersionSupports(machine.features.metadataVersion, 'controllerRegistration')) {
    const message = 'The current MetadataVersion is too old to support controller registrations.'
    throw new ApiError(ErrorCode.UNSUPPORTED_VERSION, message)
  }
  const record = controllerToRecord({
    id: request.controllerId,
    incarnationId: request.incarnationId,
    listeners: listenersByName(request.listeners),
    supportedFeatures: featuresByName(request.features),
  })
  const response = { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null }
  return { records: [record], response }
}
