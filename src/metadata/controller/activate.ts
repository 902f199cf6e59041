import type { ControllerRegistrationRequest } from '../../protocol/messages/controller-registration.ts'
import { bootstrapRecords as newClusterRecords } from '../bootstrap-records.ts'
import {
  LATEST_METADATA_VERSION,
  METADATA_VERSION_FEATURE,
  metadataVersionSupports,
} from '../metadata-version.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { ELIGIBLE_LEADER_REPLICAS_FEATURE } from '../supported-features.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { elrSafetyRecords } from './elr-safety.ts'
import { registerController } from './register-broker.ts'

/**
 * What a controller writes when it becomes active (Kafka's ActivationRecordsGenerator): a transaction left open is
 * aborted, and an empty log gets the bootstrap records, or where there are none, those of a new cluster of this release.
 */
export function activate(
  machine: ControllerMachine,
  { bootstrapRecords }: { readonly bootstrapRecords: readonly MetadataRecord[] },
): ControllerResult<void> {
  const records: MetadataRecord[] = []
  if (machine.isInTransaction) {
    records.push(metadataRecord('AbortTransactionRecord', 0, { reason: 'Controller failover' }))
  }
  if (machine.isEmpty) {
    const given = bootstrapRecords.length > 0 ? bootstrapRecords : newClusterRecords(LATEST_METADATA_VERSION)
    records.push(...bootstrap(machine, given))
  }
  return { records, response: undefined }
}

function bootstrap(
  machine: ControllerMachine,
  bootstrapRecords: readonly MetadataRecord[],
): MetadataRecord[] {
  const level = (name: string) => featureLevel(bootstrapRecords, name)
  const safety = level(ELIGIBLE_LEADER_REPLICAS_FEATURE) > 0 ? elrSafetyRecords(machine) : []
  const records = [...bootstrapRecords, ...safety]
  if (!metadataVersionSupports(level(METADATA_VERSION_FEATURE), 'metadataTransactions')) return records
  return [
    metadataRecord('BeginTransactionRecord', 0, { name: 'Bootstrap records' }),
    ...records,
    metadataRecord('EndTransactionRecord', 0, {}),
  ]
}

function featureLevel(records: readonly MetadataRecord[], feature: string): number {
  let level = 0
  for (const record of records) {
    if (record.name === 'FeatureLevelRecord' && record.value.name === feature)
      level = record.value.featureLevel
  }
  return level
}

/** The active controller notes itself, once in each of its lives. */
export function registerSelf(
  machine: ControllerMachine,
  registration: ControllerRegistrationRequest,
): ControllerResult<void> {
  const known = machine.cluster.controllers.get(registration.controllerId)
  const isTooOld = !metadataVersionSupports(machine.features.metadataVersion, 'controllerRegistration')
  if (isTooOld || known?.incarnationId === registration.incarnationId)
    return { records: [], response: undefined }
  return { records: registerController(machine, registration).records, response: undefined }
}
