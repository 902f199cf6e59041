import type { PartitionRegistration } from '../image/partition-registration.ts'
import {
  changePartition,
  clearEligibleLeaders,
  isReassigning,
  partitionFromRecord,
} from '../image/partition-registration.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { collisionKey } from '../topic-name.ts'

/** One topic, as the controller knows it. */
export interface ControlledTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly PartitionRegistration[]
}

interface MutableTopic extends ControlledTopic {
  readonly partitions: PartitionRegistration[]
}

/** A partition with its place. */
export interface ControlledPartition {
  readonly topic: ControlledTopic
  readonly partitionId: number
  readonly partition: PartitionRegistration
}

/**
 * Topics and partitions, as the controller knows them (Kafka's ReplicationControlManager). There is no index by broker:
 * what asks for one (a broker fenced, unfenced, shut down) is rare and looks at all partitions.
 */
export class ReplicationControl {
  readonly #byId = new Map<string, MutableTopic>()
  readonly #byName = new Map<string, MutableTopic>()
  readonly #namesByCollisionKey = new Map<string, Set<string>>()
  /** Topic ids of which some partition is being reassigned: nearly always none. */
  readonly #reassigning = new Set<string>()

  topicByName(name: string): ControlledTopic | undefined {
    return this.#byName.get(name)
  }

  topicById(topicId: string): ControlledTopic | undefined {
    return this.#byId.get(topicId)
  }

  topics(): IterableIterator<ControlledTopic> {
    return this.#byId.values()
  }

  /** Another topic whose name differs in periods and underscores only. */
  collidingTopic(name: string): string | undefined {
    const key = collisionKey(name)
    if (key === undefined) return undefined
    for (const other of this.#namesByCollisionKey.get(key) ?? []) if (other !== name) return other
    return undefined
  }

  /** Every partition that `wanted` says yes to. */
  partitionsWhere(wanted: (partition: PartitionRegistration) => boolean): ControlledPartition[] {
    const found: ControlledPartition[] = []
    for (const topic of this.#byId.values()) {
      for (let partitionId = 0; partitionId < topic.partitions.length; partitionId++) {
        const partition = topic.partitions[partitionId] as PartitionRegistration
        if (wanted(partition)) found.push({ topic, partitionId, partition })
      }
    }
    return found
  }

  hasLeaderships(brokerId: number): boolean {
    for (const { partitions } of this.#byId.values()) {
      if (partitions.some(({ leader }) => leader === brokerId)) return true
    }
    return false
  }

  reassigningTopics(): ControlledTopic[] {
    return [...this.#reassigning].map(topicId => this.#require(topicId))
  }

  replayTopic({ name, topicId }: MetadataRecordValue<'TopicRecord'>): void {
    if (this.#byName.has(name)) throw new Error(`a second TopicRecord for topic ${name}`)
    const topic = { name, topicId, partitions: [] }
    this.#byId.set(topicId, topic)
    this.#byName.set(name, topic)
    const key = collisionKey(name)
    if (key === undefined) return
    const names = this.#namesByCollisionKey.get(key)
    if (names === undefined) this.#namesByCollisionKey.set(key, new Set([name]))
    else names.add(name)
  }

  replayPartition(record: MetadataRecordValue<'PartitionRecord'>): void {
    this.#set(this.#require(record.topicId), record.partitionId, partitionFromRecord(record))
  }

  replayPartitionChange(record: MetadataRecordValue<'PartitionChangeRecord'>): void {
    const topic = this.#require(record.topicId)
    const partition = topic.partitions[record.partitionId]
    if (partition === undefined) {
      throw new Error(`a change of partition ${topic.name}-${record.partitionId}, which there is not`)
    }
    this.#set(topic, record.partitionId, changePartition(partition, record))
  }

  /** Returns the name of the topic that is gone. */
  replayRemoveTopic({ topicId }: MetadataRecordValue<'RemoveTopicRecord'>): string {
    const { name } = this.#require(topicId)
    this.#byId.delete(topicId)
    this.#byName.delete(name)
    this.#reassigning.delete(topicId)
    const key = collisionKey(name)
    if (key !== undefined) {
      const names = this.#namesByCollisionKey.get(key)
      names?.delete(name)
      if (names?.size === 0) this.#namesByCollisionKey.delete(key)
    }
    return name
  }

  /** Of one topic, or of all where the name is empty. */
  replayClearElr({ topicName }: MetadataRecordValue<'ClearElrRecord'>): void {
    const topics = topicName === '' ? this.#byId.values() : [this.#byName.get(topicName)]
    for (const topic of topics) {
      if (topic === undefined) throw new Error(`a ClearElrRecord for topic ${topicName}, which there is not`)
      for (const [index, partition] of topic.partitions.entries()) {
        topic.partitions[index] = clearEligibleLeaders(partition)
      }
    }
  }

  #require(topicId: string): MutableTopic {
    const topic = this.#byId.get(topicId)
    if (topic === undefined) throw new Error(`a record about topic id ${topicId}, which there is not`)
    return topic
  }

  #set(topic: MutableTopic, partitionId: number, partition: PartitionRegistration): void {
    const before = topic.partitions[partitionId]
    topic.partitions[partitionId] = partition
    if (isReassigning(partition)) this.#reassigning.add(topic.topicId)
    else if (before !== undefined && isReassigning(before) && !topic.partitions.some(isReassigning)) {
      this.#reassigning.delete(topic.topicId)
    }
  }
}
