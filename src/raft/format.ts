import { dirname, join } from 'node:path'
import type { Disk } from '../io/disk.ts'
import type { World } from '../io/world.ts'
import { type MetaProperties, readMetaProperties, writeMetaProperties } from '../log/meta-properties.ts'
import { uuidFromRandom } from '../protocol/uuid.ts'
import { encodeSnapshot, hasMetadataLog, snapshotFileName, writeSnapshot } from './snapshots.ts'
import { SUPPORTED_KRAFT_VERSIONS, type VoterEndpoint, VoterSet } from './voter-set.ts'

const METADATA_DIRECTORY = '__cluster_metadata-0'
const BOOTSTRAP_FILE = 'bootstrap.checkpoint'
const BOOTSTRAP_ID = { endOffset: 0, epoch: 0 } as const

export interface FormatOptions {
  readonly world: World
  readonly clusterId: string
  readonly nodeId: number
  /** Absolute paths. */
  readonly logDirs: readonly string[]
  readonly metadataLogDir: string
  /** Values of the records that the first controller begins with (feature levels). */
  readonly bootstrapRecords: readonly Buffer[]
  /**
   * The voters stand in the log (kraft.version 1), this node as the only one, at these endpoints: `--standalone`.
   * Undefined: the configuration tells the voters.
   */
  readonly standalone: { readonly endpoints: readonly VoterEndpoint[] } | undefined
}

/** A data directory as `kafka-storage.sh info` sees it. */
export interface DirectoryInfo {
  readonly path: string
  /** Undefined: not formatted. */
  readonly metaProperties: MetaProperties | undefined
}

/** What is in the data directories so far. Rejects with MetaPropertiesError or DiskError. */
export function inspectDirectories(world: World, logDirs: readonly string[]): Promise<DirectoryInfo[]> {
  return Promise.all(
    logDirs.map(async path => ({ path, metaProperties: await readMetaProperties(world.disk, path) })),
  )
}

/** A new random id in Kafka's text form. */
export function newUuid({ random }: World): string {
  for (;;) {
    const uuid = uuidFromRandom(random.bytes(16))
    if (uuid !== undefined) return uuid
  }
}

/**
 * Makes data directories ready for their first start, as `kafka-storage.sh format` does: meta.properties last, so that
 * a directory that has one has everything.
 */
export async function formatDirectories(options: FormatOptions): Promise<void> {
  const { world, clusterId, nodeId, logDirs, metadataLogDir } = options
  for (const directory of new Set([...logDirs, metadataLogDir])) {
    await makeDirectoryDurably(world.disk, directory)
    const directoryId = newUuid(world)
    if (directory === metadataLogDir) await formatMetadataDirectory(directory, directoryId, options)
    await writeMetaProperties(world.disk, directory, { clusterId, nodeId, directoryId })
  }
}

/** Makes the directory and its missing parents, their names on stable storage. */
async function makeDirectoryDurably(disk: Disk, directory: string): Promise<void> {
  const toSync: string[] = []
  for (let path = directory; !(await disk.exists(path)); path = dirname(path)) toSync.push(dirname(path))
  await disk.makeDirectory(directory)
  for (const path of toSync) await disk.syncDirectory(path)
}

async function formatMetadataDirectory(
  directory: string,
  directoryId: string,
  options: FormatOptions,
): Promise<void> {
  const { world, nodeId, bootstrapRecords, standalone } = options
  const { disk, clock } = world
  const nowMs = clock.nowMs()
  const noVoters = { id: BOOTSTRAP_ID, kraftVersion: 0, voters: new VoterSet([]) }
  const bootstrap = { ...noVoters, lastContainedLogTimestampMs: 0, records: bootstrapRecords }
  await writeSnapshot(disk, join(directory, BOOTSTRAP_FILE), encodeSnapshot(bootstrap, nowMs))
  const metadataDirectory = join(directory, METADATA_DIRECTORY)
  if (standalone === undefined || (await hasMetadataLog(disk, metadataDirectory))) return
  await disk.makeDirectory(metadataDirectory)
  const { endpoints } = standalone
  const voters = new VoterSet([
    { voterId: nodeId, directoryId, endpoints, kraftVersions: SUPPORTED_KRAFT_VERSIONS },
  ])
  const quorum = {
    id: BOOTSTRAP_ID,
    kraftVersion: 1,
    voters,
    lastContainedLogTimestampMs: nowMs,
    records: [],
  }
  await writeSnapshot(
    disk,
    join(metadataDirectory, snapshotFileName(BOOTSTRAP_ID)),
    encodeSnapshot(quorum, nowMs),
  )
}
