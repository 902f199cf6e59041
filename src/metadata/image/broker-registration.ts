import { recordVersion } from '../metadata-version.ts'
import type { MetadataRecord, MetadataRecordValue } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'

/** Kafka's security protocols by their wire ids (org.apache.kafka.common.security.auth.SecurityProtocol). */
export const SecurityProtocol = { PLAINTEXT: 0, SSL: 1, SASL_PLAINTEXT: 2, SASL_SSL: 3 } as const
export type SecurityProtocol = (typeof SecurityProtocol)[keyof typeof SecurityProtocol]

/** Where a broker or controller listens, as registered. */
export interface RegisteredListener {
  /** The listener's name, upper case. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** A `SecurityProtocol`'s id. */
  readonly securityProtocol: number
}

/** The levels of a feature that a node supports, both ends included. */
export interface SupportedLevels {
  readonly min: number
  readonly max: number
}

/** One broker as the cluster knows it (Kafka's BrokerRegistration). */
export interface BrokerRegistration {
  readonly id: number
  /** Where in the metadata log this incarnation registered first. */
  readonly epoch: number
  /** Drawn anew at each start of the broker's process. */
  readonly incarnationId: string
  /** In the order registered. */
  readonly listeners: ReadonlyMap<string, RegisteredListener>
  readonly supportedFeatures: ReadonlyMap<string, SupportedLevels>
  readonly rack: string | undefined
  /** Not (yet, or any more) to lead or to be in sync: its session ran out, or it has not caught up. */
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
  /** Ids of its online log directories. Empty: it told none. */
  readonly directories: readonly string[]
  /** Ids of directories that take no new replicas (metadata.version 4.3-IV0 and later). */
  readonly cordonedDirectories: readonly string[]
}

/** One controller as the cluster knows it (Kafka's ControllerRegistration). */
export interface ControllerRegistration {
  readonly id: number
  readonly incarnationId: string
  readonly listeners: ReadonlyMap<string, RegisteredListener>
  readonly supportedFeatures: ReadonlyMap<string, SupportedLevels>
}

/** Alive and allowed to lead: neither fenced nor on its way out. */
export function isActive(broker: BrokerRegistration): boolean {
  return !broker.fenced && !broker.inControlledShutdown
}

interface FeatureRange {
  readonly name: string
  readonly minSupportedVersion: number
  readonly maxSupportedVersion: number
}

/** Listeners by name, as requests and records spell them. */
export function listenersByName(
  listeners: readonly RegisteredListener[],
): ReadonlyMap<string, RegisteredListener> {
  return new Map(
    listeners.map(({ name, host, port, securityProtocol }) => [name, { name, host, port, securityProtocol }]),
  )
}

/** Ranges of levels by feature, as requests and records spell them. */
export function featuresByName(features: readonly FeatureRange[]): ReadonlyMap<string, SupportedLevels> {
  return new Map(
    features.map(({ name, minSupportedVersion, maxSupportedVersion }) => [
      name,
      { min: minSupportedVersion, max: maxSupportedVersion },
    ]),
  )
}

function toFeatureRanges(features: ReadonlyMap<string, SupportedLevels>): FeatureRange[] {
  return [...features].map(([name, { min, max }]) => ({
    name,
    minSupportedVersion: min,
    maxSupportedVersion: max,
  }))
}

export function brokerFromRecord(record: MetadataRecordValue<'RegisterBrokerRecord'>): BrokerRegistration {
  return {
    id: record.brokerId,
    epoch: record.brokerEpoch,
    incarnationId: record.incarnationId,
    listeners: listenersByName(record.endPoints),
    supportedFeatures: featuresByName(record.features),
    rack: record.rack ?? undefined,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
    directories: record.logDirs,
    cordonedDirectories: record.cordonedLogDirs ?? [],
  }
}

export function brokerToRecord(broker: BrokerRegistration, metadataVersion: number): MetadataRecord {
  const version = recordVersion('RegisterBrokerRecord', metadataVersion)
  const { cordonedDirectories } = broker
  return metadataRecord('RegisterBrokerRecord', version, {
    brokerId: broker.id,
    incarnationId: broker.incarnationId,
    brokerEpoch: broker.epoch,
    endPoints: [...broker.listeners.values()],
    features: toFeatureRanges(broker.supportedFeatures),
    rack: broker.rack ?? null,
    fenced: broker.fenced,
    inControlledShutdown: broker.inControlledShutdown,
    logDirs: version >= 3 ? broker.directories : [],
    cordonedLogDirs: version >= 4 && cordonedDirectories.length > 0 ? cordonedDirectories : null,
  })
}

/** What a change makes of a registration; what it does not name stays. */
export function changeBroker(
  broker: BrokerRegistration,
  change: MetadataRecordValue<'BrokerRegistrationChangeRecord'>,
): BrokerRegistration {
  return {
    ...broker,
    // 1: fence, -1: unfence.
    fenced: change.fenced === 0 ? broker.fenced : change.fenced > 0,
    inControlledShutdown: broker.inControlledShutdown || change.inControlledShutdown > 0,
    directories: change.logDirs.length === 0 ? broker.directories : change.logDirs,
    cordonedDirectories: change.cordonedLogDirs ?? broker.cordonedDirectories,
  }
}

export function controllerFromRecord(
  record: MetadataRecordValue<'RegisterControllerRecord'>,
): ControllerRegistration {
  return {
    id: record.controllerId,
    incarnationId: record.incarnationId,
    listeners: listenersByName(record.endPoints),
    supportedFeatures: featuresByName(record.features),
  }
}

export function controllerToRecord(controller: ControllerRegistration): MetadataRecord {
  return metadataRecord('RegisterControllerRecord', 0, {
    controllerId: controller.id,
    incarnationId: controller.incarnationId,
    zkMigrationReady: false,
    endPoints: [...controller.listeners.values()],
    features: toFeatureRanges(controller.supportedFeatures),
  })
}
