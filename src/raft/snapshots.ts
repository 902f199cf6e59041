import { dirname, join } from 'node:path'
import { type Disk, DiskError } from '../io/disk.ts'
import {
  buildRecordBatch,
  type NewRecord,
  RecordBatchBuilder,
} from '../protocol/records/record-batch-builder.ts'
import { quorumRecords, snapshotFooter, snapshotHeader } from './control-batches.ts'
import { type MetadataLogBatch, readLoggedBatches } from './logged-batches.ts'
import type { VoterSet } from './voter-set.ts'

const SUFFIX = '.checkpoint'
const PARTIAL_SUFFIX = '.part'
const DELETED_SUFFIX = '.deleted'
const NAME = /^(\d{20})-(\d{10})\.checkpoint$/
/** A snapshot is read whole: beyond this it is taken for damage. */
const MAX_BYTES = 1024 * 1024 * 1024
/** Data records are gathered into batches of about this size. */
const BATCH_BYTES = 512 * 1024

/** What a snapshot stands for: everything below `endOffset`, the last of it written in `epoch`. */
export interface SnapshotId {
  readonly endOffset: number
  readonly epoch: number
}

/** What goes into a snapshot. */
export interface SnapshotContent {
  readonly id: SnapshotId
  /** Of the last batch contained. */
  readonly lastContainedLogTimestampMs: number
  readonly kraftVersion: number
  readonly voters: VoterSet
  /** Values of records, in order. */
  readonly records: Iterable<Buffer>
}

export function snapshotFileName({ endOffset, epoch }: SnapshotId): string {
  return `${String(endOffset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}${SUFFIX}`
}

/** The snapshots of a directory, the oldest first. */
export async function listSnapshots(disk: Disk, directory: string): Promise<SnapshotId[]> {
  const ids: SnapshotId[] = []
  for (const { name } of await disk.list(directory)) {
    const match = NAME.exec(name)
    if (match !== null) ids.push({ endOffset: Number(match[1]), epoch: Number(match[2]) })
  }
  return ids.sort((a, b) => a.endOffset - b.endOffset || a.epoch - b.epoch)
}

/** The batches of a snapshot, header and footer among them as control batches. Rejects with MetadataLogError or DiskError. */
export async function readSnapshot(disk: Disk, path: string): Promise<MetadataLogBatch[]> {
  return readLoggedBatches(await disk.readFile(path, MAX_BYTES), path)
}

/** The bytes of a snapshot: header and quorum, then the records, then the footer, their offsets counting from 0. */
export function encodeSnapshot(content: SnapshotContent, nowMs: number): Buffer[] {
  const header = [
    snapshotHeader(content.lastContainedLogTimestampMs, nowMs),
    ...quorumRecords(content, nowMs),
  ]
  const footer = [snapshotFooter(nowMs)]
  const partitionLeaderEpoch = content.id.epoch
  const batches: Buffer[] = []
  let nextOffset = 0
  const addControl = (records: readonly NewRecord[]) => {
    batches.push(
      buildRecordBatch(records, { baseOffset: nextOffset, partitionLeaderEpoch, isControlBatch: true }),
    )
    nextOffset += records.length
  }
  addControl(header)
  const builder = new RecordBatchBuilder()
  const flush = () => {
    const count = builder.recordCount
    if (count === 0) return
    batches.push(builder.build({ baseOffset: nextOffset, partitionLeaderEpoch }))
    nextOffset += count
  }
  for (const value of content.records) {
    builder.append({ value, timestamp: nowMs })
    if (builder.sizeBytes >= BATCH_BYTES) flush()
  }
  flush()
  addControl(footer)
  return batches
}

/** Writes a snapshot beside the log; it has its name only once it is whole and on stable storage. */
export async function writeSnapshot(disk: Disk, path: string, batches: readonly Buffer[]): Promise<void> {
  const partial = `${path}${PARTIAL_SUFFIX}`
  await disk.removeFile(partial)
  const file = await disk.open(partial, 'create')
  try {
    await file.write(batches, 0)
    await file.flush()
  } finally {
    await file.close()
  }
  await disk.rename({ from: partial, to: path })
  await disk.syncDirectory(dirname(path))
}

/** What a crash or a deletion under way has left behind. */
export async function removeLeftovers(disk: Disk, directory: string): Promise<void> {
  for (const { name } of await disk.list(directory)) {
    if (name.includes(SUFFIX) && (name.endsWith(PARTIAL_SUFFIX) || name.endsWith(DELETED_SUFFIX))) {
      await disk.removeFile(join(directory, name))
    }
  }
}

/** Whether `directory` is there and holds anything of the metadata log. */
export async function hasMetadataLog(disk: Disk, directory: string): Promise<boolean> {
  try {
    return (await disk.list(directory)).some(({ name }) => name.endsWith('.log') || NAME.test(name))
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return false
    throw error
  }
}
