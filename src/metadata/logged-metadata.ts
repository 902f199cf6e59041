import type { LoggedRecord } from '../machine/record-writer.ts'
import { imageToRecords } from './image/metadata-image-records.ts'
import type { MetadataBatch, MetadataLoader, MetadataSnapshot } from './metadata-loader.ts'
import { metadataRecordCodec } from './records/metadata-record-codec.ts'
import type { MetadataRecord } from './records/metadata-records.ts'
import { encodeMetadataRecord } from './records/metadata-records.ts'

/** A batch as the quorum hands it over, its records still bytes. */
export interface LoggedMetadataBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly appendTimestampMs: number
  /** Empty for a control batch. */
  readonly records: readonly LoggedRecord[]
}

/** Committed batches for `MetadataLoader.handleCommitted`. Throws DecodeError. */
export function decodeBatches(batches: readonly LoggedMetadataBatch[]): MetadataBatch[] {
  return batches.map(({ baseOffset, lastOffset, leaderEpoch, appendTimestampMs, records }) => ({
    baseOffset,
    lastOffset,
    leaderEpoch,
    appendTimestampMs,
    records: decodeRecords(records),
  }))
}

/** A snapshot of the metadata up to `endOffset` for `MetadataLoader.handleSnapshot`. Throws DecodeError. */
export function decodeSnapshot(
  { endOffset, epoch }: { readonly endOffset: number; readonly epoch: number },
  batches: readonly LoggedMetadataBatch[],
): MetadataSnapshot {
  return {
    provenance: {
      lastContainedOffset: endOffset - 1,
      lastContainedEpoch: epoch,
      lastContainedLogTimestampMs: batches[0]?.appendTimestampMs ?? -1,
    },
    records: batches.flatMap(({ records }) => decodeRecords(records)),
  }
}

/** The records of bootstrap.checkpoint, for `ControllerOptions.bootstrapRecords`. Throws DecodeError. */
export function decodeBootstrap(batches: readonly LoggedMetadataBatch[]): MetadataRecord[] {
  return batches.flatMap(({ records }) => decodeRecords(records))
}

function decodeRecords(records: readonly LoggedRecord[]): MetadataRecord[] {
  return records.map(record => metadataRecordCodec.decode(record) as MetadataRecord)
}

/** What a snapshot of the metadata holds; undefined where there is nothing yet, or a transaction is under way. */
export function snapshotOf(loader: MetadataLoader) {
  const { image, isInTransaction } = loader
  if (isInTransaction || image.provenance.lastContainedOffset < 0) return undefined
  return { ...image.provenance, records: encodeAll(imageToRecords(image)) }
}

function* encodeAll(records: Iterable<MetadataRecord>): Generator<Buffer> {
  for (const record of records) yield encodeMetadataRecord(record)
}
