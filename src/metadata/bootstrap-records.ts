import { METADATA_VERSION_FEATURE } from './metadata-version.ts'
import type { MetadataRecord } from './records/metadata-records.ts'
import { metadataRecord } from './records/metadata-records.ts'
import { defaultFeatureLevels } from './supported-features.ts'

/** The records of bootstrap.checkpoint: the feature levels that a cluster of this metadata.version begins with, Kafka's defaults. */
export function bootstrapRecords(metadataVersion: number): MetadataRecord[] {
  const levels = [
    [METADATA_VERSION_FEATURE, metadataVersion] as const,
    ...defaultFeatureLevels(metadataVersion),
  ]
  return levels.map(([name, featureLevel]) => metadataRecord('FeatureLevelRecord', 0, { name, featureLevel }))
}
