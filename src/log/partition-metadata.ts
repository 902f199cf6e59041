import { join } from 'node:path'
import { type Disk, DiskError } from '../io/disk.ts'
import { isUuid } from '../protocol/uuid.ts'

const FILE_NAME = 'partition.metadata'
const MAX_BYTES = 4096

/**
 * The topic id in a partition directory's partition.metadata (Kafka's PartitionMetadataFile: the lines `version: 0` and
 * `topic_id: <uuid>`). Undefined where the file is missing or does not hold one. Rejects with `DiskError`.
 */
export async function readPartitionMetadata(disk: Disk, directory: string): Promise<string | undefined> {
  let text: string
  try {
    text = (await disk.readFile(join(directory, FILE_NAME), MAX_BYTES)).toString('utf8')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [key, value] = line.trim().split(/\s*:\s*/)
    if (key !== undefined && value !== undefined) fields.set(key, value)
  }
  const topicId = fields.get('topic_id')
  return fields.get('version') === '0' && topicId !== undefined && isUuid(topicId) ? topicId : undefined
}

/** Writes partition.metadata; on stable storage when it resolves. */
export function writePartitionMetadata(
  disk: Disk,
  { directory, topicId }: { directory: string; topicId: string },
): Promise<void> {
  return disk.replaceFile(join(directory, FILE_NAME), Buffer.from(`version: 0\ntopic_id: ${topicId}`, 'utf8'))
}
