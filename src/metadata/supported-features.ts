import type { SupportedLevels } from './image/broker-registration.ts'
import {
  LATEST_METADATA_VERSION,
  METADATA_VERSION_FEATURE,
  MINIMUM_METADATA_VERSION,
} from './metadata-version.ts'

const TRANSACTION_VERSION_FEATURE = 'transaction.version'
const GROUP_VERSION_FEATURE = 'group.version'
export const ELIGIBLE_LEADER_REPLICAS_FEATURE = 'eligible.leader.replicas.version'
const SHARE_VERSION_FEATURE = 'share.version'
const STREAMS_VERSION_FEATURE = 'streams.version'
/** Not kept in FeatureLevelRecords: the quorum writes it as a control record. */
export const KRAFT_VERSION_FEATURE = 'kraft.version'

interface FeatureDefinition {
  readonly max: number
  /** By level from 1 on: from which metadata.version a new cluster has it, and what else it needs. */
  readonly levels: readonly {
    readonly bootstrapMetadataVersion: number
    readonly needs?: { readonly feature: string; readonly level: number }
  }[]
}

/** The features beside metadata.version and kraft.version, with what Apache Kafka 4.3 supports of them. */
const FEATURES: ReadonlyMap<string, FeatureDefinition> = new Map([
  [
    ELIGIBLE_LEADER_REPLICAS_FEATURE,
    {
      max: 1,
      levels: [
        { bootstrapMetadataVersion: 26, needs: { feature: METADATA_VERSION_FEATURE, level: 23 } },
      ] as FeatureDefinition['levels'],
    },
  ],
  [GROUP_VERSION_FEATURE, { max: 1, levels: [{ bootstrapMetadataVersion: 22 }] }],
  [SHARE_VERSION_FEATURE, { max: 1, levels: [{ bootstrapMetadataVersion: 28 }] }],
  [STREAMS_VERSION_FEATURE, { max: 1, levels: [{ bootstrapMetadataVersion: 29 }] }],
  [
    TRANSACTION_VERSION_FEATURE,
    { max: 2, levels: [{ bootstrapMetadataVersion: 24 }, { bootstrapMetadataVersion: 24 }] },
  ],
])

/** The range of kraft.version that a voter here can do: 1 keeps the voters in the log (KIP-853). */
const SUPPORTED_KRAFT_VERSIONS: SupportedLevels = { min: 0, max: 1 }

/**
 * What a node of ours says it supports when it registers. A level that is finalized must be in here, or the data
 * directory of an Apache Kafka could not be opened; so the ranges are 4.3's, and an API of a feature that is not there
 * yet is simply not offered.
 */
export const SUPPORTED_FEATURES: ReadonlyMap<string, SupportedLevels> = new Map<string, SupportedLevels>([
  [METADATA_VERSION_FEATURE, { min: MINIMUM_METADATA_VERSION, max: LATEST_METADATA_VERSION }],
  [KRAFT_VERSION_FEATURE, SUPPORTED_KRAFT_VERSIONS],
  ...[...FEATURES].map(([name, { max }]): [string, SupportedLevels] => [name, { min: 0, max }]),
])

/** The levels above 0 that a cluster made at `metadataVersion` begins with, by name, sorted as Kafka's formatter sorts them. */
export function defaultFeatureLevels(metadataVersion: number): Map<string, number> {
  const levels = new Map<string, number>()
  for (const [name, { levels: definitions }] of FEATURES) {
    const level = definitions.findLastIndex(
      ({ bootstrapMetadataVersion }) => bootstrapMetadataVersion <= metadataVersion,
    )
    if (level >= 0) levels.set(name, level + 1)
  }
  return levels
}

/** Why `level` of a feature cannot be had beside the other levels, as a sentence; undefined: it can. */
export function unmetFeatureDependency(
  feature: string,
  level: number,
  finalized: ReadonlyMap<string, number>,
): string | undefined {
  const needs = FEATURES.get(feature)?.levels[level - 1]?.needs
  if (needs === undefined || (finalized.get(needs.feature) ?? 0) >= needs.level) return undefined
  return `${feature} could not be set to ${level} because it depends on ${needs.feature} level ${needs.level}`
}
