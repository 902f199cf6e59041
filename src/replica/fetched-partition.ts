import { CorruptSegmentError } from '../log/log-read.ts'
import type { AbortedTransaction } from '../log/partition-log.ts'
import { StorageError } from '../log/storage-error.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { Partition } from './partition.ts'
import type { PartitionOffsets, PartitionRead } from './partition-read.ts'

/** What a Fetch is told of one partition, its bytes in memory. */
export interface FetchedPartition {
  readonly errorCode: ErrorCode
  /** Undefined with an error. */
  readonly offsets: PartitionOffsets | undefined
  /** Where the follower's log and this one part. */
  readonly divergingEpoch: { readonly leaderEpoch: number; readonly endOffset: number } | undefined
  /** Whole batches; the log's own memory, never to be written to. */
  readonly buffers: readonly Buffer[]
  readonly sizeBytes: number
  /** For a reader of committed transactions only. */
  readonly abortedTransactions: readonly AbortedTransaction[] | undefined
}

export interface ReadPartition {
  readonly read: PartitionRead
  /** Undefined with an error. */
  readonly partition: Partition | undefined
  readonly fetchOffset: number
}

/** Fetches from files what lies there, and the aborted transactions where they are asked for. At once where there is neither. */
export function finishRead(
  { read, partition, fetchOffset }: ReadPartition,
  { withAborted }: { withAborted: boolean },
): FetchedPartition | Promise<FetchedPartition> {
  const { records, errorCode, offsets, divergingEpoch } = read
  const nothing = { errorCode, offsets, divergingEpoch, buffers: [], sizeBytes: 0 }
  if (records === undefined || partition === undefined) return { ...nothing, abortedTransactions: undefined }
  if (records.from === 'memory') {
    const { buffers, sizeBytes, nextOffset } = records
    if (!withAborted) return { ...nothing, buffers, sizeBytes, abortedTransactions: undefined }
    if (sizeBytes === 0) return { ...nothing, abortedTransactions: [] }
    return guarded(async () => ({
      ...nothing,
      buffers,
      sizeBytes,
      abortedTransactions: await partition.log.abortedTransactions({
        startOffset: fetchOffset,
        endOffset: nextOffset,
      }),
    }))
  }
  return guarded(async () => {
    const { buffers, sizeBytes, nextOffset } = await records.load()
    const range = { startOffset: fetchOffset, endOffset: nextOffset }
    const abortedTransactions = withAborted ? await partition.log.abortedTransactions(range) : undefined
    return { ...nothing, buffers, sizeBytes, abortedTransactions }
  })
}

async function guarded(work: () => Promise<FetchedPartition>): Promise<FetchedPartition> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StorageError) return failedFetch(ErrorCode.KAFKA_STORAGE_ERROR)
    if (error instanceof CorruptSegmentError) return failedFetch(ErrorCode.CORRUPT_MESSAGE)
    throw error
  }
}

function failedFetch(errorCode: ErrorCode): FetchedPartition {
  return {
    errorCode,
    offsets: undefined,
    divergingEpoch: undefined,
    buffers: [],
    sizeBytes: 0,
    abortedTransactions: undefined,
  }
}
