import type { ProducerIdAndEpoch, RecordPosition, TransactionResult } from '../../../machine/machine.ts'
import type { GroupRecordKey, GroupRecordValue } from '../../records/coordinator-records.ts'

/** A partition's offset as a group has committed it. */
export interface CommittedOffset {
  /** The next offset to read. Any 64 bits: clients choose it. */
  readonly committedOffset: bigint
  /** Undefined: the client told none. */
  readonly leaderEpoch: number | undefined
  readonly metadata: string
  readonly commitTimestampMs: number
  /** Only from old clients, which choose how long an offset is kept. */
  readonly expireTimestampMs: number | undefined
  /** The zero UUID: an older broker did not note it. */
  readonly topicId: string
  /** Where the record lies: the later of two commits counts, however transactions end. */
  readonly recordOffset: number
}

type PartitionOffsets = ReadonlyMap<number, CommittedOffset>
export type TopicOffsets = ReadonlyMap<string, PartitionOffsets>

export interface OffsetPlace {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** Offsets by group, topic and partition. Nothing empty is kept. */
class OffsetTree {
  readonly #groups = new Map<string, Map<string, Map<number, CommittedOffset>>>()

  ofGroup(group: string): TopicOffsets | undefined {
    return this.#groups.get(group)
  }

  get groups(): ReadonlyMap<string, TopicOffsets> {
    return this.#groups
  }

  get({ group, topic, partition }: OffsetPlace): CommittedOffset | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition)
  }

  set({ group, topic, partition }: OffsetPlace, offset: CommittedOffset): void {
    let topics = this.#groups.get(group)
    if (topics === undefined) {
      topics = new Map()
      this.#groups.set(group, topics)
    }
    const partitions = topics.get(topic)
    if (partitions === undefined) topics.set(topic, new Map([[partition, offset]]))
    else partitions.set(partition, offset)
  }

  delete({ group, topic, partition }: OffsetPlace): void {
    const topics = this.#groups.get(group)
    const partitions = topics?.get(topic)
    if (topics === undefined || partitions === undefined) return
    partitions.delete(partition)
    if (partitions.size === 0) topics.delete(topic)
    if (topics.size === 0) this.#groups.delete(group)
  }
}

/**
 * The committed offsets of the groups of one partition: hard state (Apache Kafka's OffsetMetadataManager). Those that a
 * transaction has written are pending until its marker.
 */
export class OffsetStore {
  readonly #committed = new OffsetTree()
  /** By producer id. */
  readonly #pending = new Map<number, OffsetTree>()

  /** Without a value it is a tombstone. */
  replay(
    key: GroupRecordKey<'OffsetCommit'>,
    value: GroupRecordValue<'OffsetCommit'> | undefined,
    { offset, producer }: RecordPosition,
  ): void {
    if (value === undefined) {
      this.#committed.delete(key)
      for (const [producerId, pending] of this.#pending) {
        pending.delete(key)
        if (pending.groups.size === 0) this.#pending.delete(producerId)
      }
      return
    }
    const committed = committedOffset(value, offset)
    if (producer === undefined) {
      this.#committed.set(key, committed)
      return
    }
    let pending = this.#pending.get(producer.producerId)
    if (pending === undefined) {
      pending = new OffsetTree()
      this.#pending.set(producer.producerId, pending)
    }
    pending.set(key, committed)
  }

  replayEndTransaction({ producerId }: ProducerIdAndEpoch, result: TransactionResult): void {
    const pending = this.#pending.get(producerId)
    this.#pending.delete(producerId)
    if (pending === undefined || result === 'abort') return
    for (const [group, topics] of pending.groups) {
      for (const [topic, partitions] of topics) {
        for (const [partition, offset] of partitions) {
          const place = { group, topic, partition }
          const current = this.#committed.get(place)
          // A plain commit that lies behind it in the log is the newer one.
          if (current === undefined || current.recordOffset < offset.recordOffset) {
            this.#committed.set(place, offset)
          }
        }
      }
    }
  }

  get(place: OffsetPlace): CommittedOffset | undefined {
    return this.#committed.get(place)
  }

  ofGroup(group: string): TopicOffsets | undefined {
    return this.#committed.ofGroup(group)
  }

  /** By group. */
  get committed(): ReadonlyMap<string, TopicOffsets> {
    return this.#committed.groups
  }

  /** By producer id, then by group. */
  *pending(): Iterable<readonly [producerId: number, ReadonlyMap<string, TopicOffsets>]> {
    for (const [producerId, tree] of this.#pending) yield [producerId, tree.groups]
  }

  /** Whether a transaction that has not ended has written an offset here. */
  isPending(place: OffsetPlace): boolean {
    for (const tree of this.#pending.values()) if (tree.get(place) !== undefined) return true
    return false
  }

  /** Whether a transaction that has not ended has written an offset of the group. */
  hasOpenTransaction(group: string): boolean {
    for (const tree of this.#pending.values()) if (tree.ofGroup(group) !== undefined) return true
    return false
  }
}

/** "None" in a record. */
const NO_LEADER_EPOCH = -1
const NO_TIMESTAMP = -1

function committedOffset(value: GroupRecordValue<'OffsetCommit'>, recordOffset: number): CommittedOffset {
  const { leaderEpoch, expireTimestamp } = value
  return {
    committedOffset: value.offset,
    leaderEpoch: leaderEpoch === NO_LEADER_EPOCH ? undefined : leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: value.commitTimestamp,
    expireTimestampMs: expireTimestamp === NO_TIMESTAMP ? undefined : expireTimestamp,
    topicId: value.topicId,
    recordOffset,
  }
}
