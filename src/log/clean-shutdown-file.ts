import { join } from 'node:path'
import { type Disk, DiskError } from '../io/disk.ts'

const FILE_NAME = '.kafka_cleanshutdown'
const MAX_BYTES = 4096

/** The broker epoch told where a file holds none (Kafka's before 3.8, or an empty one). */
const NO_BROKER_EPOCH = -1

/**
 * The broker epoch under which a data directory was stopped cleanly (Kafka's CleanShutdownFileHandler), or undefined
 * where there is no marker. Rejects with `DiskError`.
 */
export async function readCleanShutdownFile(disk: Disk, directory: string): Promise<number | undefined> {
  let text: string
  try {
    text = (await disk.readFile(join(directory, FILE_NAME), MAX_BYTES)).toString('utf8')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content === 'object' && content !== null && 'brokerEpoch' in content) {
      const epoch = content.brokerEpoch
      if (typeof epoch === 'number' && Number.isSafeInteger(epoch)) return epoch
    }
  } catch {
    // The marker is the file; what is in it came later.
  }
  return NO_BROKER_EPOCH
}

/** Writes the marker, after everything else of a clean stop; on stable storage when it resolves. */
export function writeCleanShutdownFile(
  disk: Disk,
  { directory, brokerEpoch }: { directory: string; brokerEpoch: number },
): Promise<void> {
  return disk.replaceFile(
    join(directory, FILE_NAME),
    Buffer.from(JSON.stringify({ version: 0, brokerEpoch })),
  )
}

/** Takes the marker away, on stable storage when it resolves: from now on a stop is unclean until it is written again. */
export async function removeCleanShutdownFile(disk: Disk, directory: string): Promise<void> {
  await disk.removeFile(join(directory, FILE_NAME))
  await disk.syncDirectory(directory)
}
