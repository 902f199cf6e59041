import type { TopicPartition } from '../log/topic-partition.ts'
import type { Partition } from './partition.ts'

/** Hears of elections of a topic's partitions on this broker: what a coordinator needs to know. */
export interface LeadershipListener {
  /** This broker leads the partition, in this epoch. An epoch of its own before that has ended with `onResigned`. */
  onElected(partition: Partition, leadership: { readonly leaderEpoch: number }): void
  /** It does not lead in this epoch any more: another does, the topic is gone or the disk has failed. */
  onResigned(topicPartition: TopicPartition, leadership: { readonly leaderEpoch: number }): void
}

/** Who listens to which topic, and what each has been told. */
export class LeadershipListeners {
  readonly #byTopic = new Map<string, LeadershipListener[]>()
  /** The epoch in which a partition was last told to lead. */
  readonly #ledEpochs = new Map<Partition, number>()

  add(topic: string, listener: LeadershipListener, partitions: Iterable<Partition>): void {
    const listeners = this.#byTopic.get(topic)
    if (listeners === undefined) this.#byTopic.set(topic, [listener])
    else listeners.push(listener)
    for (const partition of partitions) {
      if (!partition.isLeader) continue
      const { leaderEpoch } = partition
      this.#ledEpochs.set(partition, leaderEpoch)
      listener.onElected(partition, { leaderEpoch })
    }
  }

  /** The partition's role or epoch may have changed. */
  onRole(partition: Partition): void {
    const { topicPartition, leaderEpoch } = partition
    const listeners = this.#byTopic.get(topicPartition.topic)
    if (listeners === undefined) return
    const ledEpoch = this.#ledEpochs.get(partition)
    const leadsIn = partition.isLeader ? leaderEpoch : undefined
    if (ledEpoch === leadsIn) return
    if (ledEpoch !== undefined) {
      this.#ledEpochs.delete(partition)
      for (const listener of listeners) listener.onResigned(topicPartition, { leaderEpoch: ledEpoch })
    }
    if (leadsIn === undefined) return
    this.#ledEpochs.set(partition, leadsIn)
    for (const listener of listeners) listener.onElected(partition, { leaderEpoch: leadsIn })
  }
}
