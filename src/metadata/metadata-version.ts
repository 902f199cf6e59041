import type { MetadataRecordName } from './records/metadata-records.ts'

/** The name of the feature whose level says which records, and which versions of them, a cluster writes. */
export const METADATA_VERSION_FEATURE = 'metadata.version'

/** One level of `metadata.version` (Kafka's MetadataVersion). */
export interface MetadataVersionLevel {
  readonly level: number
  /** As Kafka's tools print and take it: `4.3-IV0`. */
  readonly name: string
  /** The levels below cannot express what this one writes, so there is no way back over it. */
  readonly changesMetadata: boolean
}

const LEVELS: readonly MetadataVersionLevel[] = [
  { level: 7, name: '3.3-IV3', changesMetadata: true },
  { level: 8, name: '3.4-IV0', changesMetadata: true },
  { level: 9, name: '3.5-IV0', changesMetadata: false },
  { level: 10, name: '3.5-IV1', changesMetadata: false },
  { level: 11, name: '3.5-IV2', changesMetadata: true },
  { level: 12, name: '3.6-IV0', changesMetadata: false },
  { level: 13, name: '3.6-IV1', changesMetadata: true },
  { level: 14, name: '3.6-IV2', changesMetadata: true },
  { level: 15, name: '3.7-IV0', changesMetadata: true },
  { level: 16, name: '3.7-IV1', changesMetadata: false },
  { level: 17, name: '3.7-IV2', changesMetadata: true },
  { level: 18, name: '3.7-IV3', changesMetadata: false },
  { level: 19, name: '3.7-IV4', changesMetadata: false },
  { level: 20, name: '3.8-IV0', changesMetadata: false },
  { level: 21, name: '3.9-IV0', changesMetadata: false },
  { level: 22, name: '4.0-IV0', changesMetadata: false },
  { level: 23, name: '4.0-IV1', changesMetadata: true },
  { level: 24, name: '4.0-IV2', changesMetadata: false },
  { level: 25, name: '4.0-IV3', changesMetadata: false },
  { level: 26, name: '4.1-IV0', changesMetadata: false },
  { level: 27, name: '4.1-IV1', changesMetadata: false },
  { level: 28, name: '4.2-IV0', changesMetadata: false },
  { level: 29, name: '4.2-IV1', changesMetadata: false },
  { level: 30, name: '4.3-IV0', changesMetadata: true },
]

/** The lowest level that Apache Kafka 4 opens, and so do we. */
export const MINIMUM_METADATA_VERSION = 7
/** The highest level that is for production in Apache Kafka 4.3. */
export const LATEST_METADATA_VERSION = 30

/** Levels from which on something may be written. */
export const METADATA_VERSION_OF = {
  scram: 11,
  /** Before, a leader epoch had to be raised when the ISR shrank (KAFKA-15021). */
  noLeaderEpochBumpOnIsrShrink: 12,
  metadataTransactions: 13,
  delegationTokens: 14,
  controllerRegistration: 15,
  directoryAssignment: 17,
  eligibleLeaderReplicas: 23,
  cordonedDirectories: 30,
} as const

export type MetadataFeature = keyof typeof METADATA_VERSION_OF

/** Whether a cluster at `metadataVersion` may write what `feature` names. */
export function metadataVersionSupports(metadataVersion: number, feature: MetadataFeature): boolean {
  return metadataVersion >= METADATA_VERSION_OF[feature]
}

export function metadataVersionLevel(level: number): MetadataVersionLevel | undefined {
  return LEVELS[level - MINIMUM_METADATA_VERSION]
}

/** `4.3-IV0`, or `level 31` for one that is not known. */
export function metadataVersionName(level: number): string {
  return metadataVersionLevel(level)?.name ?? `level ${level}`
}

/** The level of a name with (`4.3-IV0`) or without (`4.3`: the release's last) its suffix. */
export function metadataVersionFromName(name: string): number | undefined {
  return LEVELS.findLast(level => level.name === name || level.name.startsWith(`${name}-IV`))?.level
}

/** Whether going from one level down to another could lose something (MetadataVersion.checkIfMetadataChanged). */
export function downgradeLosesMetadata({ from, to }: { from: number; to: number }): boolean {
  return LEVELS.some(({ level, changesMetadata }) => changesMetadata && level > to && level <= from)
}

/**
 * The version of a record's schema that a cluster at `metadataVersion` writes: never simply the latest, since an older
 * node reads it, too. BrokerRegistrationChangeRecord has a version by what it changes instead: see `cluster-control`.
 */
export function recordVersion(name: MetadataRecordName, metadataVersion: number): number {
  switch (name) {
    case 'RegisterBrokerRecord':
      if (metadataVersion >= METADATA_VERSION_OF.cordonedDirectories) return 4
      if (metadataVersion >= METADATA_VERSION_OF.directoryAssignment) return 3
      return metadataVersion >= 8 ? 2 : 1
    case 'PartitionRecord':
    case 'PartitionChangeRecord':
      if (metadataVersion >= METADATA_VERSION_OF.eligibleLeaderReplicas) return 2
      return metadataVersion >= METADATA_VERSION_OF.directoryAssignment ? 1 : 0
    default:
      return 0
  }
}
