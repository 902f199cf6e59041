import { dirname, join } from 'node:path'
import { type Disk, DiskError } from '../io/disk.ts'
import { RECORD_BATCH_OVERHEAD, readMaxTimestamp } from '../protocol/records/record-batch.ts'
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
/** Data records are gathered into batches of about this size, each built in one go: a few milliseconds. */
const BATCH_BYTES = 64 * 1024

/** What a snapshot stands for: everything below `endOffset`, the last of it written in `epoch`. */
export interface SnapshotId {
  readonly endOffset: number
  readonly epoch: number
}

/** A snapshot on the disk. */
export interface StoredSnapshot extends SnapshotId {
  readonly sizeBytes: number
  readonly writtenAtMs: number
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

/** The snapshots of a directory, the oldest first. One without so much as its first batch is passed over. */
export async function listSnapshots(disk: Disk, directory: string): Promise<StoredSnapshot[]> {
  const snapshots: StoredSnapshot[] = []
  for (const { name } of await disk.list(directory)) {
    const match = NAME.exec(name)
    if (match === null) continue
    const file = await disk.open(join(directory, name), 'read')
    try {
      const header = Buffer.alloc(RECORD_BATCH_OVERHEAD)
      if ((await file.read(header, 0)) < RECORD_BATCH_OVERHEAD) continue
      const id = { endOffset: Number(match[1]), epoch: Number(match[2]) }
      const writtenAtMs = Number(readMaxTimestamp(header, 0))
      snapshots.push({ ...id, sizeBytes: await file.sizeBytes(), writtenAtMs })
    } finally {
      await file.close()
    }
  }
  return snapshots.sort((a, b) => a.endOffset - b.endOffset || a.epoch - b.epoch)
}

/** The batches of a snapshot, header and footer among them as control batches. Rejects with MetadataLogError or DiskError. */
export async function readSnapshot(disk: Disk, path: string): Promise<MetadataLogBatch[]> {
  return readLoggedBatches(await disk.readFile(path, MAX_BYTES), path)
}

/**
 * The batches of a snapshot: header and quorum, then the records, then the footer, their offsets counting from 0. Each is
 * made when it is asked for.
 */
export function* encodeSnapshot(content: SnapshotContent, nowMs: number): Generator<Buffer> {
  const partitionLeaderEpoch = content.id.epoch
  let nextOffset = 0
  const controlBatch = (records: readonly NewRecord[]) => {
    const baseOffset = nextOffset
    nextOffset += records.length
    return buildRecordBatch(records, { baseOffset, partitionLeaderEpoch, isControlBatch: true })
  }
  yield controlBatch([
    snapshotHeader(content.lastContainedLogTimestampMs, nowMs),
    ...quorumRecords(content, nowMs),
  ])
  const builder = new RecordBatchBuilder()
  const dataBatch = () => {
    const baseOffset = nextOffset
    nextOffset += builder.recordCount
    return builder.build({ baseOffset, partitionLeaderEpoch })
  }
  for (const value of content.records) {
    builder.append({ value, timestamp: nowMs })
    if (builder.sizeBytes >= BATCH_BYTES) yield dataBatch()
  }
  if (builder.recordCount > 0) yield dataBatch()
  yield controlBatch([snapshotFooter(nowMs)])
}

/**
 * Writes a snapshot beside the log, batch by batch, with the event loop free in between; it has its name only once it is
 * whole and on stable storage. Resolves to its size in bytes.
 */
export async function writeSnapshot(disk: Disk, path: string, batches: Iterable<Buffer>): Promise<number> {
  const partial = `${path}${PARTIAL_SUFFIX}`
  await disk.removeFile(partial)
  const file = await disk.open(partial, 'create')
  let position = 0
  try {
    for (const batch of batches) {
      await file.write([batch], position)
      position += batch.length
    }
    await file.flush()
  } finally {
    await file.close()
  }
  await disk.rename({ from: partial, to: path })
  await disk.syncDirectory(dirname(path))
  return position
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
