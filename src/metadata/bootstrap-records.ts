import { METADATA_VERSION_FEATURE } from './metadata-version.ts'
import type { MetadataRecord } from './records/metadata-records.ts'
import { metadataRecord } from './records/metadata-records.ts'
import { defaultFeatureLevels } from './supported-features.ts'

/**
 * The records of bootstrap.checkpoint: the feature levels that a cluster of this metadata.version begins with, Kafka's
 * defaults or those asked for.
 */
export function bootstrapRecords(
  metadataVersion: number,
  askedFor: Iterable<readonly [string, number]> = [],
): MetadataRecord[] {
  const levels = new Map([...defaultFeatureLevels(metadataVersion), ...askedFor])
  const features = [...levels].filter(([, level]) => level > 0).sort(([a], [b]) => (a < b ? -1 : 1))
  return [[METADATA_VERSION_FEATURE, metadataVersion] as const, ...features].map(([name, featureLevel]) =>
    metadataRecord('FeatureLevelRecord', 0, { name, featureLevel }),
  )
}
