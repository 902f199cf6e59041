import type { DelayedOperation } from '../machine/delayed-operations.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { HostedPartitions } from './hosted-partitions.ts'
import type { Partition } from './partition.ts'
import type { FetchReader, PartitionFetch, PartitionRead } from './partition-read.ts'
import { failedRead, isFailed, readableBytes } from './partition-read.ts'

/** One partition that a Fetch names. */
export interface FetchTarget extends PartitionFetch {
  readonly topic: string
  readonly partition: number
  /** As the reader knows it; undefined where it goes by names. */
  readonly topicId: string | undefined
}

export interface FetchParameters extends FetchReader {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
}

/** A Fetch's reads, in the order of its targets. */
export type FetchReads = readonly PartitionRead[]

/**
 * Bytes that one response takes from files; what lies in memory costs nothing more. A reader that is far behind asks for
 * up to 50 MiB at a time, which would all have to be in memory until it has taken them.
 */
const MAX_FILE_BYTES = 8 * 1024 * 1024

/** Reads until the response is full (ReplicaManager.readFromLog). The first batch is returned however large it is. */
export function readTargets(
  hosted: HostedPartitions,
  targets: readonly FetchTarget[],
  parameters: FetchParameters & { notesFetch: boolean },
): PartitionRead[] {
  let bytesLeft = parameters.maxBytes
  let fileBytesLeft = MAX_FILE_BYTES
  let minOneMessage = true
  return targets.map(target => {
    const partition = hosted.find(target)
    if (typeof partition === 'number') return failedRead(partition)
    if (target.topicId !== undefined && target.topicId !== partition.topicId) {
      return failedRead(ErrorCode.INCONSISTENT_TOPIC_ID)
    }
    const maxBytes = Math.min(target.maxBytes, bytesLeft)
    let read = partition.locate({ ...target, maxBytes }, { ...parameters, minOneMessage })
    if (read.records?.from === 'file' && read.records.sizeBytes > fileBytesLeft) {
      const less = { ...target, maxBytes: Math.min(maxBytes, fileBytesLeft) }
      read = partition.locate(less, { ...parameters, minOneMessage, notesFetch: false })
    }
    const sizeBytes = readableBytes(read)
    if (sizeBytes > 0) minOneMessage = false
    bytesLeft = Math.max(0, bytesLeft - sizeBytes)
    if (read.records?.from === 'file') fileBytesLeft = Math.max(0, fileBytesLeft - sizeBytes)
    return read
  })
}

/** The answer cannot wait: there is enough, or something that the reader has to know now. */
export function isWorthAnswering(reads: FetchReads, minBytes: number): boolean {
  let bytes = 0
  for (const read of reads) {
    if (isFailed(read) || read.divergingEpoch !== undefined) return true
    bytes += readableBytes(read)
  }
  return bytes >= minBytes
}

interface Waiting {
  readonly target: FetchTarget
  readonly partition: Partition
  /** What was seen of the partition the last time, and how many bytes there were. */
  endOffset: number
  bytes: number
}

/**
 * A Fetch that waits for `minBytes` (Kafka's DelayedFetch). It looks again only at partitions whose end has moved. It completes
 * early when one of its partitions is not here any more, leads in another epoch, has failed or was truncated.
 */
export class DelayedFetch implements DelayedOperation {
  readonly #hosted: HostedPartitions
  readonly #parameters: FetchParameters
  readonly #waiting: readonly Waiting[]
  readonly #complete: () => void

  /** `partitions` are those of the targets, as the first read found them. */
  constructor(options: {
    hosted: HostedPartitions
    parameters: FetchParameters
    targets: readonly FetchTarget[]
    reads: FetchReads
    complete: () => void
  }) {
    const { hosted, parameters, targets, reads, complete } = options
    this.#hosted = hosted
    this.#parameters = parameters
    this.#complete = complete
    this.#waiting = targets.flatMap((target, index) => {
      const partition = hosted.find(target)
      if (typeof partition === 'number') return []
      const endOffset = partition.endOffsetFor(parameters.isolation)
      return [{ target, partition, endOffset, bytes: readableBytes(reads[index] as PartitionRead) }]
    })
  }

  /** What it waits under. */
  get keys(): Partition[] {
    return this.#waiting.map(({ partition }) => partition)
  }

  tryComplete(): boolean {
    let bytes = 0
    for (const waiting of this.#waiting) {
      if (this.#hasNews(waiting)) return this.#finish()
      bytes += waiting.bytes
    }
    return bytes >= this.#parameters.minBytes ? this.#finish() : false
  }

  #finish(): true {
    this.#complete()
    return true
  }

  /** Counts what can be read of the partition; true where waiting has no use any more. */
  #hasNews(waiting: Waiting): boolean {
    const { target, partition } = waiting
    const { isolation, leaderOnly } = this.#parameters
    if (this.#hosted.find(target) !== partition) return true
    const { currentLeaderEpoch } = target
    if (partition.check({ currentLeaderEpoch, leaderOnly }) !== ErrorCode.NONE) return true
    if (partition.isDivergingFrom(target)) return true
    const endOffset = partition.endOffsetFor(isolation)
    if (endOffset === waiting.endOffset) return false
    waiting.endOffset = endOffset
    if (endOffset < target.fetchOffset) return true
    const read = partition.locate(target, { ...this.#parameters, minOneMessage: true, notesFetch: false })
    if (isFailed(read)) return true
    waiting.bytes = Math.min(readableBytes(read), target.maxBytes)
    return false
  }

  onExpiration(): void {
    this.#complete()
  }
}
