import { ConfigResourceType } from '../image/configs-image.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { CLUSTER_DEFAULTS, MIN_INSYNC_REPLICAS } from './configuration-control.ts'
import type { ControllerMachine } from './controller-machine.ts'

/**
 * What goes with eligible leader replicas (KIP-966): every broker must go by one min.insync.replicas, so the cluster gets
 * the one of this controller's configuration where it has none, and single brokers lose theirs.
 */
export function elrSafetyRecords(machine: ControllerMachine): MetadataRecord[] {
  const { configs } = machine
  const records: MetadataRecord[] = []
  if (!configs.clusterDefaults.has(MIN_INSYNC_REPLICAS)) {
    const value = configs.schema.topicValue(MIN_INSYNC_REPLICAS, {
      topic: new Map(),
      clusterDefaults: new Map(),
    })
    records.push(minIsrRecord(CLUSTER_DEFAULTS.name, value ?? '1'))
  }
  for (const brokerId of configs.brokersThatSet(MIN_INSYNC_REPLICAS)) {
    records.push(minIsrRecord(String(brokerId), null))
  }
  return records
}

function minIsrRecord(resourceName: string, value: string | null): MetadataRecord {
  return metadataRecord('ConfigRecord', 0, {
    resourceType: ConfigResourceType.BROKER,
    resourceName,
    name: MIN_INSYNC_REPLICAS,
    value,
  })
}
