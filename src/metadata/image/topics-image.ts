import { ImmutableMap } from './immutable-map.ts'
import type { PartitionRegistration } from './partition-registration.ts'

export interface TopicImage {
  readonly name: string
  readonly topicId: string
  /** By partition index, which counts from 0 without gaps. */
  readonly partitions: readonly PartitionRegistration[]
}

/** All topics, by id and by name. */
export class TopicsImage {
  static readonly EMPTY = new TopicsImage({ byId: ImmutableMap.empty(), byName: ImmutableMap.empty() })

  readonly byId: ImmutableMap<string, TopicImage>
  readonly byName: ImmutableMap<string, TopicImage>

  constructor(topics: { byId: ImmutableMap<string, TopicImage>; byName: ImmutableMap<string, TopicImage> }) {
    this.byId = topics.byId
    this.byName = topics.byName
  }

  /** How many topics there are. */
  get size(): number {
    return this.byId.size
  }

  topicByName(name: string): TopicImage | undefined {
    return this.byName.get(name)
  }

  topicById(topicId: string): TopicImage | undefined {
    return this.byId.get(topicId)
  }

  partition(name: string, partition: number): PartitionRegistration | undefined {
    return this.byName.get(name)?.partitions[partition]
  }
}

/** What changed in one topic: its new partitions and those that changed, as they are now. */
export interface TopicDelta {
  readonly before: TopicImage | undefined
  readonly after: TopicImage
  readonly changedPartitions: ReadonlyMap<number, PartitionRegistration>
}

/** What changed in the topics. A topic that was deleted and made again under its name is in both, by its two ids. */
export interface TopicsDelta {
  /** By topic id: new topics and those with changes. */
  readonly changed: ReadonlyMap<string, TopicDelta>
  /** By topic id: topics that are gone, as they were. */
  readonly deleted: ReadonlyMap<string, TopicImage>
}
