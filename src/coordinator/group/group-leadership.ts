import type { LoggedBatch, RecordWriter } from '../../machine/record-writer.ts'

/** The topic whose partitions hold groups and their committed offsets. */
export const GROUP_METADATA_TOPIC = '__consumer_offsets'

/** The log of a partition while this broker leads it. */
export interface GroupLog {
  readonly writer: RecordWriter
  /** All of the log up to the writer's end offset. */
  readonly batches: AsyncIterable<LoggedBatch> | Iterable<LoggedBatch>
}

/** Where elections of the topic's partitions are told; the group coordinator's service is one. */
export interface GroupLeadership {
  /** This broker leads the partition from now on. */
  onElection(partitionIndex: number, log: GroupLog): void
  /** It does not any more. */
  onResignation(partitionIndex: number): void
}
