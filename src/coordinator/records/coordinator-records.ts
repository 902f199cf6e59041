import { codecOf } from '../../protocol/codec.ts'
import { Reader } from '../../protocol/reader.ts'
import type { Message, MessageInput, MessageValue } from '../../protocol/schema.ts'
import { Writer } from '../../protocol/writer.ts'
import { consumerGroupCurrentMemberAssignmentKey } from './group/consumer-group-current-member-assignment-key.ts'
import { consumerGroupCurrentMemberAssignmentValue } from './group/consumer-group-current-member-assignment-value.ts'
import { consumerGroupMemberMetadataKey } from './group/consumer-group-member-metadata-key.ts'
import { consumerGroupMemberMetadataValue } from './group/consumer-group-member-metadata-value.ts'
import { consumerGroupMetadataKey } from './group/consumer-group-metadata-key.ts'
import { consumerGroupMetadataValue } from './group/consumer-group-metadata-value.ts'
import { consumerGroupPartitionMetadataKey } from './group/consumer-group-partition-metadata-key.ts'
import { consumerGroupPartitionMetadataValue } from './group/consumer-group-partition-metadata-value.ts'
import { consumerGroupRegularExpressionKey } from './group/consumer-group-regular-expression-key.ts'
import { consumerGroupRegularExpressionValue } from './group/consumer-group-regular-expression-value.ts'
import { consumerGroupTargetAssignmentMemberKey } from './group/consumer-group-target-assignment-member-key.ts'
import { consumerGroupTargetAssignmentMemberValue } from './group/consumer-group-target-assignment-member-value.ts'
import { consumerGroupTargetAssignmentMetadataKey } from './group/consumer-group-target-assignment-metadata-key.ts'
import { consumerGroupTargetAssignmentMetadataValue } from './group/consumer-group-target-assignment-metadata-value.ts'
import { groupMetadataKey } from './group/group-metadata-key.ts'
import { groupMetadataValue } from './group/group-metadata-value.ts'
import { legacyOffsetCommitKey } from './group/legacy-offset-commit-key.ts'
import { legacyOffsetCommitValue } from './group/legacy-offset-commit-value.ts'
import { offsetCommitKey } from './group/offset-commit-key.ts'
import { offsetCommitValue } from './group/offset-commit-value.ts'
import { shareGroupCurrentMemberAssignmentKey } from './group/share-group-current-member-assignment-key.ts'
import { shareGroupCurrentMemberAssignmentValue } from './group/share-group-current-member-assignment-value.ts'
import { shareGroupMemberMetadataKey } from './group/share-group-member-metadata-key.ts'
import { shareGroupMemberMetadataValue } from './group/share-group-member-metadata-value.ts'
import { shareGroupMetadataKey } from './group/share-group-metadata-key.ts'
import { shareGroupMetadataValue } from './group/share-group-metadata-value.ts'
import { shareGroupStatePartitionMetadataKey } from './group/share-group-state-partition-metadata-key.ts'
import { shareGroupStatePartitionMetadataValue } from './group/share-group-state-partition-metadata-value.ts'
import { shareGroupTargetAssignmentMemberKey } from './group/share-group-target-assignment-member-key.ts'
import { shareGroupTargetAssignmentMemberValue } from './group/share-group-target-assignment-member-value.ts'
import { shareGroupTargetAssignmentMetadataKey } from './group/share-group-target-assignment-metadata-key.ts'
import { shareGroupTargetAssignmentMetadataValue } from './group/share-group-target-assignment-metadata-value.ts'
import { streamsGroupCurrentMemberAssignmentKey } from './group/streams-group-current-member-assignment-key.ts'
import { streamsGroupCurrentMemberAssignmentValue } from './group/streams-group-current-member-assignment-value.ts'
import { streamsGroupMemberMetadataKey } from './group/streams-group-member-metadata-key.ts'
import { streamsGroupMemberMetadataValue } from './group/streams-group-member-metadata-value.ts'
import { streamsGroupMetadataKey } from './group/streams-group-metadata-key.ts'
import { streamsGroupMetadataValue } from './group/streams-group-metadata-value.ts'
import { streamsGroupTargetAssignmentMemberKey } from './group/streams-group-target-assignment-member-key.ts'
import { streamsGroupTargetAssignmentMemberValue } from './group/streams-group-target-assignment-member-value.ts'
import { streamsGroupTargetAssignmentMetadataKey } from './group/streams-group-target-assignment-metadata-key.ts'
import { streamsGroupTargetAssignmentMetadataValue } from './group/streams-group-target-assignment-metadata-value.ts'
import { streamsGroupTopologyKey } from './group/streams-group-topology-key.ts'
import { streamsGroupTopologyValue } from './group/streams-group-topology-value.ts'

/**
 * The records of `__consumer_offsets`. `id` is the number in front of a record's key (Kafka's CoordinatorRecordType); 9
 * and 18 were never released.
 */
const GROUP_RECORDS = {
  LegacyOffsetCommit: { id: 0, key: legacyOffsetCommitKey, value: legacyOffsetCommitValue },
  OffsetCommit: { id: 1, key: offsetCommitKey, value: offsetCommitValue },
  GroupMetadata: { id: 2, key: groupMetadataKey, value: groupMetadataValue },
  ConsumerGroupMetadata: { id: 3, key: consumerGroupMetadataKey, value: consumerGroupMetadataValue },
  ConsumerGroupPartitionMetadata: {
    id: 4,
    key: consumerGroupPartitionMetadataKey,
    value: consumerGroupPartitionMetadataValue,
  },
  ConsumerGroupMemberMetadata: {
    id: 5,
    key: consumerGroupMemberMetadataKey,
    value: consumerGroupMemberMetadataValue,
  },
  ConsumerGroupTargetAssignmentMetadata: {
    id: 6,
    key: consumerGroupTargetAssignmentMetadataKey,
    value: consumerGroupTargetAssignmentMetadataValue,
  },
  ConsumerGroupTargetAssignmentMember: {
    id: 7,
    key: consumerGroupTargetAssignmentMemberKey,
    value: consumerGroupTargetAssignmentMemberValue,
  },
  ConsumerGroupCurrentMemberAssignment: {
    id: 8,
    key: consumerGroupCurrentMemberAssignmentKey,
    value: consumerGroupCurrentMemberAssignmentValue,
  },
  ShareGroupMemberMetadata: {
    id: 10,
    key: shareGroupMemberMetadataKey,
    value: shareGroupMemberMetadataValue,
  },
  ShareGroupMetadata: { id: 11, key: shareGroupMetadataKey, value: shareGroupMetadataValue },
  ShareGroupTargetAssignmentMetadata: {
    id: 12,
    key: shareGroupTargetAssignmentMetadataKey,
    value: shareGroupTargetAssignmentMetadataValue,
  },
  ShareGroupTargetAssignmentMember: {
    id: 13,
    key: shareGroupTargetAssignmentMemberKey,
    value: shareGroupTargetAssignmentMemberValue,
  },
  ShareGroupCurrentMemberAssignment: {
    id: 14,
    key: shareGroupCurrentMemberAssignmentKey,
    value: shareGroupCurrentMemberAssignmentValue,
  },
  ShareGroupStatePartitionMetadata: {
    id: 15,
    key: shareGroupStatePartitionMetadataKey,
    value: shareGroupStatePartitionMetadataValue,
  },
  ConsumerGroupRegularExpression: {
    id: 16,
    key: consumerGroupRegularExpressionKey,
    value: consumerGroupRegularExpressionValue,
  },
  StreamsGroupMetadata: { id: 17, key: streamsGroupMetadataKey, value: streamsGroupMetadataValue },
  StreamsGroupMemberMetadata: {
    id: 19,
    key: streamsGroupMemberMetadataKey,
    value: streamsGroupMemberMetadataValue,
  },
  StreamsGroupTargetAssignmentMetadata: {
    id: 20,
    key: streamsGroupTargetAssignmentMetadataKey,
    value: streamsGroupTargetAssignmentMetadataValue,
  },
  StreamsGroupTargetAssignmentMember: {
    id: 21,
    key: streamsGroupTargetAssignmentMemberKey,
    value: streamsGroupTargetAssignmentMemberValue,
  },
  StreamsGroupCurrentMemberAssignment: {
    id: 22,
    key: streamsGroupCurrentMemberAssignmentKey,
    value: streamsGroupCurrentMemberAssignmentValue,
  },
  StreamsGroupTopology: { id: 23, key: streamsGroupTopologyKey, value: streamsGroupTopologyValue },
} as const

type GroupRecordType = keyof typeof GROUP_RECORDS
export type GroupRecordKey<T extends GroupRecordType> = MessageValue<(typeof GROUP_RECORDS)[T]['key']>
export type GroupRecordValue<T extends GroupRecordType> = MessageValue<(typeof GROUP_RECORDS)[T]['value']>

/** One record. Without a value it is a tombstone: what the key stands for is gone. */
export type GroupRecord = {
  [T in GroupRecordType]: {
    readonly type: T
    readonly key: GroupRecordKey<T>
    readonly version: number
    readonly value: GroupRecordValue<T> | undefined
  }
}[GroupRecordType]

/**
 * The versions of values that are written: those of Apache Kafka 4.3. An offset with a time of expiry of its own needs
 * version 1, the only one that has it.
 */
export const GROUP_METADATA_VERSION = 3
export const OFFSET_COMMIT_VERSION = 4
export const OFFSET_COMMIT_VERSION_WITH_EXPIRY = 1

interface AnyRecord {
  readonly id: number
  readonly type: GroupRecordType
  readonly key: Message
  readonly value: Message
}

const BY_ID: ReadonlyMap<number, AnyRecord> = new Map(
  Object.entries(GROUP_RECORDS).map(([type, { id, key, value }]) => [
    id,
    {
      id,
      type: type as GroupRecordType,
      key: key as unknown as Message,
      value: value as unknown as Message,
    },
  ]),
)

/** Keys have no versions: the number in front is the kind of record. */
const KEY_VERSION = 0

/** The id in front of a key. */
export function groupRecordId(key: Buffer): number {
  return new Reader(key).int16()
}

/** Undefined for a kind of record that is not known here. Throws `DecodeError` or `RangeError` for bytes that are none. */
export function decodeGroupRecord(key: Buffer, value: Buffer | undefined): GroupRecord | undefined {
  const keyReader = new Reader(key)
  const schema = BY_ID.get(keyReader.int16())
  if (schema === undefined) return undefined
  const decodedKey = codecOf(schema.key, KEY_VERSION).decode(keyReader)
  if (value === undefined) {
    return { type: schema.type, key: decodedKey, version: 0, value: undefined } as unknown as GroupRecord
  }
  const valueReader = new Reader(value)
  const version = valueReader.int16()
  const decodedValue = codecOf(schema.value, version).decode(valueReader)
  return { type: schema.type, key: decodedKey, version, value: decodedValue } as unknown as GroupRecord
}

export function encodeGroupRecord({ type, key, version, value }: GroupRecord): {
  key: Buffer
  value: Buffer | undefined
} {
  const schema = GROUP_RECORDS[type] as unknown as AnyRecord
  return {
    key: encodeNumbered(schema.id, schema.key, KEY_VERSION, key),
    value: value === undefined ? undefined : encodeNumbered(version, schema.value, version, value),
  }
}

function encodeNumbered(number: number, message: Message, version: number, value: unknown): Buffer {
  const writer = new Writer()
  writer.int16(number)
  codecOf(message, version).encode(writer, value as MessageInput<Message>)
  return writer.finishAsBuffer()
}
