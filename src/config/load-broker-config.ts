import { resolve } from 'node:path'
import { type BrokerConfig, type IgnoredKey, INTERPRETED_KEYS, type PlainValues } from './broker-config.ts'
import { BROKER_CONFIGS } from './broker-configs.ts'
import { checkBrokerConfig } from './check-broker-config.ts'
import { checkKeys } from './check-keys.ts'
import { ConfigError } from './config-error.ts'
import { type BrokerConfigSources, type ConfigTexts, effective, effectiveValue } from './config-sources.ts'
import { parseConnectionOverrides } from './connection-overrides.ts'
import { listenerSettings } from './listener-settings.ts'
import { type BootstrapServer, parseBootstrapServer, parseVoter, type QuorumVoter } from './quorum-members.ts'
import { resolveTopicConfig } from './resolve-topic-config.ts'
import type { FlushMode } from './topic-config.ts'
import { TOPIC_SYNONYMS } from './topic-synonyms.ts'

/** Where the configuration is read, as far as it matters for its meaning. */
export interface ConfigPlace {
  /** Relative paths in it are taken from here. */
  readonly baseDirectory: string
  /** What clients are told where a listener names no host. */
  readonly hostName: string
}

const NO_TEXTS: ConfigTexts = new Map()

const camelCase = (key: string): string =>
  key.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase())

const notPlain: ReadonlySet<string> = new Set([
  ...INTERPRETED_KEYS,
  ...Object.values(TOPIC_SYNONYMS).flatMap(synonyms => synonyms.map(({ key }) => key)),
])

/** The fields that are named after their key and hold its value as it stands. */
const plainValues = (sources: BrokerConfigSources): PlainValues => {
  const values: Record<string, unknown> = {}
  for (const [key, definition] of Object.entries(BROKER_CONFIGS)) {
    if ('ignored' in definition.use || 'refused' in definition.use || notPlain.has(key)) continue
    values[camelCase(key)] = effectiveValue(key, sources).value ?? undefined
  }
  return values as PlainValues
}

/** node.id and broker.id stand in for each other. */
const withNodeId = (texts: ConfigTexts): ConfigTexts => {
  const nodeId = texts.get('node.id')
  const brokerId = texts.get('broker.id')
  if (nodeId !== undefined && brokerId !== undefined && Number(nodeId) !== Number(brokerId)) {
    throw new ConfigError(`node.id is ${nodeId} but broker.id is ${brokerId}: take broker.id out`)
  }
  if (nodeId !== undefined) return new Map([...texts, ['broker.id', nodeId]])
  return brokerId === undefined ? texts : new Map([...texts, ['node.id', brokerId]])
}

const directories = (sources: BrokerConfigSources, place: ConfigPlace) => {
  const texts = effective('log.dirs', sources) ?? effective('log.dir', sources)
  const logDirs = texts.map(directory => resolve(place.baseDirectory, directory))
  const metadata = effective('metadata.log.dir', sources)
  return {
    logDirs,
    metadataLogDir: metadata === undefined ? (logDirs[0] as string) : resolve(place.baseDirectory, metadata),
  }
}

const connectionOverrides = (sources: BrokerConfigSources): ReadonlyMap<string, number> => {
  const overrides = parseConnectionOverrides(effective('max.connections.per.ip.overrides', sources))
  if (typeof overrides !== 'string') return overrides
  throw new ConfigError(
    `'${overrides}' in max.connections.per.ip.overrides is no pair: write each entry as address:count`,
  )
}

/** 0 or less: none. */
const positive = (value: number): number | undefined => (value > 0 ? value : undefined)
/** Less than 0: none. */
const notNegative = (value: number): number | undefined => (value < 0 ? undefined : value)

const requestBufferBytes = (sources: BrokerConfigSources): number => {
  const queued = positive(effective('queued.max.request.bytes', sources))
  if (queued !== undefined) return queued
  const own = effective('ottla.request.buffer.bytes', sources)
  const isSet = sources.staticBroker.has('ottla.request.buffer.bytes')
  return isSet ? own : Math.max(own, effective('socket.request.max.bytes', sources))
}

const buildConfig = (
  sources: BrokerConfigSources,
  { place, ignoredKeys }: { place: ConfigPlace; ignoredKeys: readonly IgnoredKey[] },
): BrokerConfig => {
  const roles = effective('process.roles', sources)
  const isBroker = roles.includes('broker')
  const isController = roles.includes('controller')
  const listeners = listenerSettings(sources, { isBroker, isController })
  const told = <T extends { host: string }>(listener: T): T =>
    listener.host === '' ? { ...listener, host: place.hostName } : listener
  return {
    ...plainValues(sources),
    ...listeners,
    advertisedListeners: listeners.advertisedListeners.map(told),
    advertisedControllerListeners: listeners.advertisedControllerListeners.map(told),
    ...directories(sources, place),
    isBroker,
    isController,
    connectionsMaxIdleMs: notNegative(effective('connections.max.idle.ms', sources)),
    controllerQuorumBootstrapServers: effective('controller.quorum.bootstrap.servers', sources).map(
      entry => parseBootstrapServer(entry) as BootstrapServer,
    ),
    controllerQuorumVoters: effective('controller.quorum.voters', sources).map(
      entry => parseVoter(entry) as QuorumVoter,
    ),
    flushMode: effective('ottla.flush.mode', sources) as FlushMode,
    maxConnectionsPerIpOverrides: connectionOverrides(sources),
    metadataLogMaxSnapshotIntervalMs: positive(effective('metadata.log.max.snapshot.interval.ms', sources)),
    metadataMaxIdleIntervalMs: positive(effective('metadata.max.idle.interval.ms', sources)),
    metadataMaxRetentionBytes: notNegative(effective('metadata.max.retention.bytes', sources)),
    metadataMaxRetentionMs: notNegative(effective('metadata.max.retention.ms', sources)),
    requestBufferBytes: requestBufferBytes(sources),
    topicDefaults: resolveTopicConfig(NO_TEXTS, sources),
    sources,
    ignoredKeys,
  }
}

/**
 * Reads and checks the settings of a properties file.
 * @throws ConfigError for an unknown key, a value of the wrong type, or values that cannot be together
 */
export const loadBrokerConfig = (texts: ConfigTexts, place: ConfigPlace): BrokerConfig => {
  const staticBroker = withNodeId(texts)
  const ignoredKeys = checkKeys(staticBroker)
  const sources = { staticBroker, dynamicDefault: NO_TEXTS, dynamicBroker: NO_TEXTS }
  const config = buildConfig(sources, { place, ignoredKeys })
  checkBrokerConfig(config)
  return config
}

/**
 * The configuration with what has been set at run time, for this broker and for all. What cannot be read of that is left
 * out. The listeners, the directories and the node's identity stay as they were at the start.
 */
export const withDynamicConfigs = (
  config: BrokerConfig,
  dynamic: Pick<BrokerConfigSources, 'dynamicBroker' | 'dynamicDefault'>,
): BrokerConfig => {
  const sources = { ...dynamic, staticBroker: config.sources.staticBroker }
  const overrides = parseConnectionOverrides(effective('max.connections.per.ip.overrides', sources))
  return {
    ...config,
    ...plainValues(sources),
    maxConnectionsPerIpOverrides:
      typeof overrides === 'string' ? config.maxConnectionsPerIpOverrides : overrides,
    topicDefaults: resolveTopicConfig(NO_TEXTS, sources),
    sources,
  }
}
