import type { MetadataRecordValue } from '../records/metadata-records.ts'
import type { PartitionRegistration } from './partition-registration.ts'
import { changePartition, clearEligibleLeaders, partitionFromRecord } from './partition-registration.ts'
import type { TopicDelta, TopicImage, TopicsDelta } from './topics-image.ts'
import { TopicsImage } from './topics-image.ts'

/** A topic as it is being changed. */
interface TopicChange {
  readonly before: TopicImage | undefined
  readonly name: string
  readonly topicId: string
  readonly changedPartitions: Map<number, PartitionRegistration>
}

/** Gathers what records change in the topics. Throws where a record names what is not there: the log would be damaged. */
export class TopicsDeltaBuilder {
  readonly #before: TopicsImage
  readonly #changes = new Map<string, TopicChange>()
  readonly #deleted = new Map<string, TopicImage>()
  readonly #byName = new Map<string, string | undefined>()

  constructor(before: TopicsImage) {
    this.#before = before
  }

  replayTopic({ name, topicId }: MetadataRecordValue<'TopicRecord'>): void {
    this.#changes.set(topicId, { before: undefined, name, topicId, changedPartitions: new Map() })
    this.#byName.set(name, topicId)
  }

  replayPartition(record: MetadataRecordValue<'PartitionRecord'>): void {
    this.#change(record.topicId).changedPartitions.set(record.partitionId, partitionFromRecord(record))
  }

  replayPartitionChange(record: MetadataRecordValue<'PartitionChangeRecord'>): void {
    const { before, changedPartitions } = this.#change(record.topicId)
    const { partitionId } = record
    const partition = changedPartitions.get(partitionId) ?? before?.partitions[partitionId]
    if (partition === undefined) {
      throw new Error(`a change of partition ${record.topicId}-${partitionId}, which there is not`)
    }
    changedPartitions.set(partitionId, changePartition(partition, record))
  }

  /** Returns the name of the topic that is gone. */
  replayRemoveTopic({ topicId }: MetadataRecordValue<'RemoveTopicRecord'>): string {
    const { before, name } = this.#change(topicId)
    this.#changes.delete(topicId)
    if (before !== undefined) this.#deleted.set(topicId, before)
    if (this.#idOf(name) === topicId) this.#byName.set(name, undefined)
    return name
  }

  /** Of one topic, or of all where the name is empty. */
  replayClearElr({ topicName }: MetadataRecordValue<'ClearElrRecord'>): void {
    if (topicName !== '') {
      const topicId = this.#idOf(topicName)
      if (topicId === undefined)
        throw new Error(`a ClearElrRecord for topic ${topicName}, which there is not`)
      this.#clearElr(this.#change(topicId))
      return
    }
    for (const change of this.#changes.values()) this.#clearElr(change)
    for (const topic of this.#before.byId.values()) {
      if (this.#deleted.has(topic.topicId) || this.#changes.has(topic.topicId)) continue
      if (topic.partitions.some(partition => clearEligibleLeaders(partition) !== partition)) {
        this.#clearElr(this.#change(topic.topicId))
      }
    }
  }

  #clearElr({ before, changedPartitions }: TopicChange): void {
    for (const [index, partition] of [...(before?.partitions.entries() ?? []), ...changedPartitions]) {
      const latest = changedPartitions.get(index) ?? partition
      const cleared = clearEligibleLeaders(latest)
      if (cleared !== latest) changedPartitions.set(index, cleared)
    }
  }

  #idOf(name: string): string | undefined {
    return this.#byName.has(name) ? this.#byName.get(name) : this.#before.topicByName(name)?.topicId
  }

  #change(topicId: string): TopicChange {
    const known = this.#changes.get(topicId)
    if (known !== undefined) return known
    const before = this.#deleted.has(topicId) ? undefined : this.#before.topicById(topicId)
    if (before === undefined) throw new Error(`a record about topic id ${topicId}, which there is not`)
    const change = { before, name: before.name, topicId, changedPartitions: new Map() }
    this.#changes.set(topicId, change)
    return change
  }

  build(): { image: TopicsImage; delta: TopicsDelta | undefined } {
    const changed = new Map<string, TopicDelta>()
    const byId = new Map<string, TopicImage | undefined>()
    const byName = new Map<string, TopicImage | undefined>()
    for (const [name, topicId] of this.#byName) if (topicId === undefined) byName.set(name, undefined)
    for (const topicId of this.#deleted.keys()) byId.set(topicId, undefined)
    for (const { before, name, topicId, changedPartitions } of this.#changes.values()) {
      const after = withPartitions({ name, topicId, partitions: before?.partitions ?? [] }, changedPartitions)
      changed.set(topicId, { before, after, changedPartitions })
      byId.set(topicId, after)
      byName.set(name, after)
    }
    if (byId.size === 0 && byName.size === 0) return { image: this.#before, delta: undefined }
    const image = new TopicsImage({
      byId: this.#before.byId.with(byId),
      byName: this.#before.byName.with(byName),
    })
    return { image, delta: { changed, deleted: this.#deleted } }
  }
}

function withPartitions(topic: TopicImage, changed: ReadonlyMap<number, PartitionRegistration>): TopicImage {
  if (changed.size === 0) return topic
  const partitions = [...topic.partitions]
  // From the lowest index on, so that the array has no holes.
  for (const index of [...changed.keys()].sort((a, b) => a - b)) {
    if (index > partitions.length) throw new Error(`topic ${topic.name} lacks partition ${partitions.length}`)
    partitions[index] = changed.get(index) as PartitionRegistration
  }
  return { ...topic, partitions }
}
