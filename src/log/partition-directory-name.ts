import type { TopicPartition } from './topic-partition.ts'

const MAX_NAME_LENGTH = 255
const MARKED = /^(.+)-(\d+)\.[^.]+-(delete|stray|future)$/
const PLAIN = /^(.+)-(\d+)$/

/** What a partition's directory is there for, by its name (Kafka's LocalLog). */
export type PartitionDirectoryKind = 'current' | 'delete' | 'stray' | 'future'

export interface PartitionDirectoryName {
  readonly topicPartition: TopicPartition
  readonly kind: PartitionDirectoryKind
}

/** `topic-partition` */
export function partitionDirectoryName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

/**
 * `topic-partition.uniqueId-delete` or `-stray`, the topic cut where the name would be longer than a file system takes.
 * `uniqueId`: 32 hexadecimal digits.
 */
export function markedDirectoryName(
  { topic, partition }: TopicPartition,
  { kind, uniqueId }: { kind: 'delete' | 'stray'; uniqueId: string },
): string {
  const suffix = `-${partition}.${uniqueId}-${kind}`
  return topic.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix
}

/** Undefined for a directory that holds no partition. */
export function parsePartitionDirectoryName(name: string): PartitionDirectoryName | undefined {
  const marked = MARKED.exec(name)
  const match = marked ?? PLAIN.exec(name)
  if (match === null) return undefined
  if (marked === null && /-(delete|stray|future)$/.test(name)) return undefined
  const partition = Number(match[2])
  if (partition > 0x7fffffff) return undefined
  return {
    topicPartition: { topic: match[1] as string, partition },
    kind: (marked?.[3] ?? 'current') as PartitionDirectoryKind,
  }
}
