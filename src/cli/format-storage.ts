import type { BrokerConfig } from '../config/broker-config.ts'
import type { World } from '../io/world.ts'
import type { MetaProperties } from '../log/meta-properties.ts'
import { writeMetaProperties } from '../log/meta-properties.ts'
import { bootstrapRecords } from '../metadata/bootstrap-records.ts'
import { LATEST_METADATA_VERSION, metadataVersionName } from '../metadata/metadata-version.ts'
import { encodeMetadataRecord } from '../metadata/records/metadata-records.ts'
import { type DirectoryInfo, formatDirectories, inspectDirectories, newUuid } from '../raft/format.ts'
import { UserError } from './user-error.ts'

/** What the directories of a node are, taken together. */
export interface StorageState {
  readonly formatted: readonly (DirectoryInfo & { readonly metaProperties: MetaProperties })[]
  /** Paths. */
  readonly unformatted: readonly string[]
  /** `undefined`: nothing is formatted. */
  readonly clusterId: string | undefined
}

/**
 * Looks at the data directories. Throws where they belong to several clusters, to another one than `clusterId`, or to
 * another node.
 */
export const storageState = async (
  config: BrokerConfig,
  { world, clusterId }: { world: World; clusterId: string | undefined },
): Promise<StorageState> => {
  const directories = [...new Set([...config.logDirs, config.metadataLogDir])]
  const infos = await inspectDirectories(world, directories)
  const formatted = infos.flatMap(info =>
    info.metaProperties ? [{ path: info.path, metaProperties: info.metaProperties }] : [],
  )
  const expected = clusterId ?? formatted[0]?.metaProperties.clusterId
  for (const { path, metaProperties: found } of formatted) {
    if (found.clusterId !== expected) {
      throw new UserError(
        `${path} belongs to the cluster ${found.clusterId}, not to ${expected}: choose another directory in log.dirs, or empty it if its data may go`,
      )
    }
    if (found.nodeId !== config.nodeId) {
      throw new UserError(
        `${path} belongs to node ${found.nodeId} of its cluster, but node.id is ${config.nodeId}: correct node.id, or choose another directory in log.dirs`,
      )
    }
  }
  return {
    formatted,
    unformatted: infos.filter(info => !info.metaProperties).map(({ path }) => path),
    clusterId: formatted[0]?.metaProperties.clusterId,
  }
}

export interface FormatRequest {
  readonly clusterId: string
  /** The level of metadata.version; the newest by default. */
  readonly metadataVersion?: number
  /** Levels of other features over their defaults. */
  readonly featureLevels?: ReadonlyMap<string, number>
  /** The one voter stands in the metadata log. `false`: `controller.quorum.voters` tells the voters. */
  readonly standalone: boolean
}

/** The feature levels that a new cluster begins with, metadata.version first. */
const encodedBootstrapRecords = ({ metadataVersion, featureLevels }: FormatRequest): Buffer[] =>
  bootstrapRecords(metadataVersion ?? LATEST_METADATA_VERSION, featureLevels).map(encodeMetadataRecord)

/**
 * Formats the directories that are not formatted yet.
 * @returns one line for each, in the words of Kafka's tool
 */
export const formatStorage = async (
  config: BrokerConfig,
  { world, state, request }: { world: World; state: StorageState; request: FormatRequest },
): Promise<string[]> => {
  const { clusterId, standalone } = request
  const { nodeId, metadataLogDir, advertisedControllerListeners } = config
  const version = metadataVersionName(request.metadataVersion ?? LATEST_METADATA_VERSION)
  const others = state.unformatted.filter(path => path !== metadataLogDir)
  const formatsMetadata = state.unformatted.includes(metadataLogDir)
  if (formatsMetadata) {
    await formatDirectories({
      world,
      clusterId,
      nodeId,
      logDirs: others,
      metadataLogDir,
      bootstrapRecords: encodedBootstrapRecords(request),
      standalone: standalone ? { endpoints: advertisedControllerListeners } : undefined,
    })
  } else {
    for (const path of others) {
      await world.disk.makeDirectory(path)
      await writeMetaProperties(world.disk, path, { clusterId, nodeId, directoryId: newUuid(world) })
    }
  }
  const kind = standalone ? 'dynamic metadata voter directory' : 'metadata directory'
  return [
    ...others.map(path => `Formatting data directory ${path} with metadata.version ${version}.`),
    ...(formatsMetadata ? [`Formatting ${kind} ${metadataLogDir} with metadata.version ${version}.`] : []),
  ]
}

/** Names under which a node reaches itself. */
const isOwnHost = (host: string, { advertisedControllerListeners, listeners }: BrokerConfig): boolean =>
  ['localhost', '127.0.0.1', '::1', '0.0.0.0', ''].includes(host) ||
  [...advertisedControllerListeners, ...listeners].some(listener => listener.host === host)

/** Whether the configuration knows of no controller but this node. A member of a larger quorum is not formatted unasked. */
const isAlone = (config: BrokerConfig): boolean => {
  const ports = config.listeners
    .filter(({ name }) => config.controllerListenerNames.includes(name))
    .map(({ port }) => port)
  return (
    config.controllerQuorumVoters.every(({ nodeId }) => nodeId === config.nodeId) &&
    config.controllerQuorumBootstrapServers.every(
      ({ host, port }) => isOwnHost(host, config) && ports.includes(port),
    )
  )
}

/**
 * What a start does: formats fresh directories of a node that stands alone, and gives a new directory of a formatted node
 * its `meta.properties`.
 * @param clusterId the id that the directories must have or get; `undefined`: what they have, or a new one
 * @returns lines for the log; none when everything was there
 */
export const ensureFormatted = async (
  config: BrokerConfig,
  { world, clusterId }: { world: World; clusterId: string | undefined },
): Promise<string[]> => {
  const state = await storageState(config, { world, clusterId })
  if (state.unformatted.length === 0) return []
  const isFresh = state.clusterId === undefined
  if (!isFresh && state.unformatted.includes(config.metadataLogDir)) {
    throw new UserError(
      `${config.metadataLogDir} holds no metadata though ${state.formatted[0]?.path} is formatted: put the directory back, or correct log.dirs and metadata.log.dir`,
    )
  }
  if (isFresh && !isAlone(config)) {
    throw new UserError(
      `${config.metadataLogDir} is not formatted, and the configuration names other controllers: run kafka-storage.sh format -t CLUSTER_ID -c FILE first`,
    )
  }
  const request = {
    clusterId: state.clusterId ?? clusterId ?? newUuid(world),
    standalone: config.controllerQuorumVoters.length === 0,
  }
  return formatStorage(config, { world, state, request })
}
