import { join } from 'node:path'
import { parse, stringify } from 'dot-properties'
import { type Disk, DiskError } from '../io/disk.ts'
import { isUuid } from '../protocol/uuid.ts'

const FILE_NAME = 'meta.properties'
const MAX_BYTES = 64 * 1024

/** What a formatted data directory says of itself (Kafka's MetaProperties, version 1). */
export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Undefined in a directory formatted before Kafka 3.7. */
  readonly directoryId: string | undefined
}

/** meta.properties that cannot be understood. The message names the file and is made to be shown. */
export class MetaPropertiesError extends Error {
  constructor({ path, reason }: { path: string; reason: string }) {
    super(`${path}: ${reason}`)
    this.name = 'MetaPropertiesError'
  }
}

/**
 * Reads a directory's meta.properties; undefined where there is none. Version 0 (ZooKeeper's) is refused. Rejects with
 * `MetaPropertiesError` or `DiskError`.
 */
export async function readMetaProperties(disk: Disk, directory: string): Promise<MetaProperties | undefined> {
  const path = join(directory, FILE_NAME)
  let text: string
  try {
    text = (await disk.readFile(path, MAX_BYTES)).toString('utf8')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  const properties = new Map(Object.entries(parse(text) as Readonly<Record<string, string>>))
  const version = properties.get('version') ?? '0'
  if (version !== '1')
    throw new MetaPropertiesError({ path, reason: `version '${version}' is not supported` })
  const clusterId = properties.get('cluster.id')
  if (clusterId === undefined) throw new MetaPropertiesError({ path, reason: 'cluster.id was not found' })
  const nodeId = properties.get('node.id')
  if (nodeId === undefined || !/^\d{1,10}$/.test(nodeId)) {
    throw new MetaPropertiesError({ path, reason: `node.id is '${nodeId ?? ''}'` })
  }
  const directoryId = properties.get('directory.id')
  if (directoryId !== undefined && !isUuid(directoryId)) {
    throw new MetaPropertiesError({ path, reason: `directory.id is '${directoryId}'` })
  }
  return { clusterId, nodeId: Number(nodeId), directoryId }
}

/** Writes a directory's meta.properties; on stable storage when it resolves. */
export function writeMetaProperties(
  disk: Disk,
  directory: string,
  { clusterId, nodeId, directoryId }: MetaProperties,
): Promise<void> {
  const properties: Record<string, string> = {
    version: '1',
    'cluster.id': clusterId,
    'node.id': String(nodeId),
  }
  if (directoryId !== undefined) properties['directory.id'] = directoryId
  return disk.replaceFile(
    join(directory, FILE_NAME),
    Buffer.from(`${stringify(properties, { keySep: '=' })}\n`, 'utf8'),
  )
}
