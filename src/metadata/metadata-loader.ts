import type { MetadataImage } from './image/metadata-image.ts'
import type { MetadataPublisher } from './image/metadata-publisher.ts'
import type { MetadataRecord } from './records/metadata-records.ts'

/** Committed records of one batch of the metadata log. */
export interface MetadataBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly appendTimestampMs: number
  /** Empty for a control batch. */
  readonly records: readonly MetadataRecord[]
}

/** A whole snapshot. */
export interface MetadataSnapshot {
  readonly lastContainedOffset: number
  readonly lastContainedEpoch: number
  readonly lastContainedLogTimestampMs: number
  readonly records: Iterable<MetadataRecord>
}

/**
 * Turns committed records into images (Kafka's MetadataLoader). A metadata transaction is published as a whole at its
 * end and not at all when it is aborted.
 */
export declare class MetadataLoader {
  constructor()
  /** The latest image published. */
  get image(): MetadataImage
  /** Its first call is at once, with everything there is so far (nothing is called while the image is still empty). */
  addPublisher(publisher: MetadataPublisher): void
  removePublisher(publisher: MetadataPublisher): void
  /** Batches committed since the last call, in order. One publication for all of them. */
  handleCommitted(batches: readonly MetadataBatch[]): void
  /** Starts anew from a snapshot; publishes the difference to what was there. */
  handleSnapshot(snapshot: MetadataSnapshot): void
  /** Resolves once every publisher has done what the records up to and including `offset` ask of it. */
  whenApplied(offset: number): Promise<void>
}
