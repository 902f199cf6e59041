import type { TopicPartition } from '../log/topic-partition.ts'
import type { TopicsImage } from '../metadata/image/topics-image.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { Partition } from './partition.ts'

/** What stands in a partition's place whose log could not be opened or made: its disk has failed. */
const OFFLINE = 'offline'

/** The partitions that this broker holds, by topic and index. */
export class HostedPartitions implements Iterable<Partition> {
  readonly #byTopic = new Map<string, Map<number, Partition | typeof OFFLINE>>()
  readonly #topics: () => TopicsImage

  /** `topics` tells which partitions there are in the cluster at all. */
  constructor(topics: () => TopicsImage) {
    this.#topics = topics
  }

  get({ topic, partition }: TopicPartition): Partition | undefined {
    const found = this.#byTopic.get(topic)?.get(partition)
    return found === OFFLINE ? undefined : found
  }

  /** The partition, or why it cannot be had from this broker (ReplicaManager.getPartitionOrError). */
  find({ topic, partition }: TopicPartition): Partition | ErrorCode {
    const found = this.#byTopic.get(topic)?.get(partition)
    if (found === OFFLINE) return ErrorCode.KAFKA_STORAGE_ERROR
    if (found !== undefined) return found
    // It is on another broker, or is just being made here: the client asks for the metadata again.
    return this.#topics().partition(topic, partition) === undefined
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.NOT_LEADER_OR_FOLLOWER
  }

  /** Those of one topic. */
  *ofTopic(topic: string): IterableIterator<Partition> {
    for (const found of this.#byTopic.get(topic)?.values() ?? []) if (found !== OFFLINE) yield found
  }

  *[Symbol.iterator](): IterableIterator<Partition> {
    for (const topic of this.#byTopic.keys()) yield* this.ofTopic(topic)
  }

  set(partition: Partition): void {
    this.#put(partition.topicPartition, partition)
  }

  setOffline(topicPartition: TopicPartition): void {
    this.#put(topicPartition, OFFLINE)
  }

  #put({ topic, partition }: TopicPartition, value: Partition | typeof OFFLINE): void {
    const partitions = this.#byTopic.get(topic)
    if (partitions === undefined) this.#byTopic.set(topic, new Map([[partition, value]]))
    else partitions.set(partition, value)
  }

  delete({ topic, partition }: TopicPartition): void {
    const partitions = this.#byTopic.get(topic)
    partitions?.delete(partition)
    if (partitions?.size === 0) this.#byTopic.delete(topic)
  }
}
