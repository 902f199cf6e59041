import type { TopicPartition } from '../log/topic-partition.ts'
import type { LoggedBatch, RecordWriter } from '../machine/record-writer.ts'
import type { Partition } from './partition.ts'

/** One leadership of a partition, as `MachineHost.becomeLeader` takes it. */
export interface Leadership {
  readonly leaderEpoch: number
  /** The way into the log. */
  readonly writer: RecordWriter
  /** What the log holds already, up to the writer's end offset as it was at the election. */
  readonly batches: AsyncIterable<LoggedBatch>
}

/** Hears of elections of a topic's partitions on this broker: what a coordinator needs to know. */
export interface LeadershipListener {
  /** This broker leads the partition. An epoch of its own before that has ended with `onResigned`. */
  onElected(topicPartition: TopicPartition, leadership: Leadership): void
  /** It does not lead in this epoch any more: another does, the topic is gone or the disk has failed. */
  onResigned(topicPartition: TopicPartition, leadership: { readonly leaderEpoch: number }): void
}

/** Who listens to which topic, and what each has been told. */
export class LeadershipListeners {
  readonly #byTopic = new Map<string, LeadershipListener[]>()
  /** The epoch in which a partition was last told to lead. */
  readonly #ledEpochs = new Map<Partition, number>()
  readonly #leadershipOf: (partition: Partition) => Leadership

  constructor({ leadershipOf }: { leadershipOf: (partition: Partition) => Leadership }) {
    this.#leadershipOf = leadershipOf
  }

  add(topic: string, listener: LeadershipListener, partitions: Iterable<Partition>): void {
    const listeners = this.#byTopic.get(topic)
    if (listeners === undefined) this.#byTopic.set(topic, [listener])
    else listeners.push(listener)
    for (const partition of partitions) {
      if (!partition.isLeader) continue
      this.#ledEpochs.set(partition, partition.leaderEpoch)
      listener.onElected(partition.topicPartition, this.#leadershipOf(partition))
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
    for (const listener of listeners) listener.onElected(topicPartition, this.#leadershipOf(partition))
  }
}
