import { type Disk, DiskError } from '../io/disk.ts'

/** The largest checkpoint that is read: some 200 bytes for each of 300,000 partitions. */
const MAX_CHECKPOINT_BYTES = 64 * 1024 * 1024
const VERSION = 0

/** A checkpoint file that does not hold what it should. */
export class CorruptCheckpointError extends Error {
  constructor({ path, reason }: { path: string; reason: string }) {
    super(`Malformed checkpoint file ${path}: ${reason}`)
    this.name = 'CorruptCheckpointError'
  }
}

/**
 * Reads Kafka's checkpoint format: a line with the version (0), a line with the number of entries, a line per entry of
 * fields with spaces between. `columns` is how many fields an entry has. Undefined where the file is missing or empty.
 * Rejects with `CorruptCheckpointError` or `DiskError`.
 */
export async function readCheckpoint(
  disk: Disk,
  { path, columns }: { path: string; columns: number },
): Promise<string[][] | undefined> {
  let text: string
  try {
    text = (await disk.readFile(path, MAX_CHECKPOINT_BYTES)).toString('utf8')
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined
    throw error
  }
  return parseCheckpoint(text, { path, columns })
}

/** The entries of a checkpoint's text, undefined for an empty one. Throws `CorruptCheckpointError`. */
export function parseCheckpoint(
  text: string,
  { path, columns }: { path: string; columns: number },
): string[][] | undefined {
  if (text.length === 0) return undefined
  const lines = text.split('\n').map(line => line.trimEnd())
  const version = wholeNumber(lines[0] ?? '')
  if (version !== VERSION) throw new CorruptCheckpointError({ path, reason: `version '${lines[0]}'` })
  const count = wholeNumber(lines[1] ?? '')
  if (count === undefined) throw new CorruptCheckpointError({ path, reason: `count '${lines[1] ?? ''}'` })
  const entries: string[][] = []
  for (const line of lines.slice(2)) {
    if (line === '') continue
    const fields = line.split(/\s+/)
    if (fields.length !== columns) throw new CorruptCheckpointError({ path, reason: `entry '${line}'` })
    entries.push(fields)
  }
  if (entries.length !== count) {
    throw new CorruptCheckpointError({ path, reason: `${count} entries told, ${entries.length} there` })
  }
  return entries
}

/** The text of a checkpoint with `entries`. */
export function formatCheckpoint(entries: readonly (readonly (string | number)[])[]): string {
  const lines = [String(VERSION), String(entries.length)]
  for (const entry of entries) lines.push(entry.join(' '))
  return `${lines.join('\n')}\n`
}

/** Replaces the checkpoint as a whole; on stable storage when it resolves. */
export function writeCheckpoint(
  disk: Disk,
  path: string,
  entries: readonly (readonly (string | number)[])[],
): Promise<void> {
  return disk.replaceFile(path, Buffer.from(formatCheckpoint(entries), 'utf8'))
}

/** A non-negative whole number that is exact, or undefined. */
export function wholeNumber(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
