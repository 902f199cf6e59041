import { codecOf } from '../../protocol/codec.ts'
import { DecodeError, Reader } from '../../protocol/reader.ts'
import type { Field, Message, MessageInput, MessageValue } from '../../protocol/schema.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { Writer } from '../../protocol/writer.ts'
import { abortTransactionRecord } from './abort-transaction-record.ts'
import { accessControlEntryRecord } from './access-control-entry-record.ts'
import { beginTransactionRecord } from './begin-transaction-record.ts'
import { brokerRegistrationChangeRecord } from './broker-registration-change-record.ts'
import { clearElrRecord } from './clear-elr-record.ts'
import { clientQuotaRecord } from './client-quota-record.ts'
import { configRecord } from './config-record.ts'
import { delegationTokenRecord } from './delegation-token-record.ts'
import { endTransactionRecord } from './end-transaction-record.ts'
import { featureLevelRecord } from './feature-level-record.ts'
import { fenceBrokerRecord } from './fence-broker-record.ts'
import { noOpRecord } from './no-op-record.ts'
import { partitionChangeRecord } from './partition-change-record.ts'
import { partitionRecord } from './partition-record.ts'
import { producerIdsRecord } from './producer-ids-record.ts'
import { registerBrokerRecord } from './register-broker-record.ts'
import { registerControllerRecord } from './register-controller-record.ts'
import { removeAccessControlEntryRecord } from './remove-access-control-entry-record.ts'
import { removeDelegationTokenRecord } from './remove-delegation-token-record.ts'
import { removeTopicRecord } from './remove-topic-record.ts'
import { removeUserScramCredentialRecord } from './remove-user-scram-credential-record.ts'
import { topicRecord } from './topic-record.ts'
import { unfenceBrokerRecord } from './unfence-broker-record.ts'
import { unregisterBrokerRecord } from './unregister-broker-record.ts'
import { unregisterControllerRecord } from './unregister-controller-record.ts'
import { userScramCredentialRecord } from './user-scram-credential-record.ts'
import { zkMigrationStateRecord } from './zk-migration-state-record.ts'

/** The records of the metadata log by name, with their type ids (MetadataRecordType). */
export const METADATA_RECORDS = {
  RegisterBrokerRecord: { typeId: 0, message: registerBrokerRecord },
  UnregisterBrokerRecord: { typeId: 1, message: unregisterBrokerRecord },
  TopicRecord: { typeId: 2, message: topicRecord },
  PartitionRecord: { typeId: 3, message: partitionRecord },
  ConfigRecord: { typeId: 4, message: configRecord },
  PartitionChangeRecord: { typeId: 5, message: partitionChangeRecord },
  FenceBrokerRecord: { typeId: 7, message: fenceBrokerRecord },
  UnfenceBrokerRecord: { typeId: 8, message: unfenceBrokerRecord },
  RemoveTopicRecord: { typeId: 9, message: removeTopicRecord },
  DelegationTokenRecord: { typeId: 10, message: delegationTokenRecord },
  UserScramCredentialRecord: { typeId: 11, message: userScramCredentialRecord },
  FeatureLevelRecord: { typeId: 12, message: featureLevelRecord },
  ClientQuotaRecord: { typeId: 14, message: clientQuotaRecord },
  ProducerIdsRecord: { typeId: 15, message: producerIdsRecord },
  BrokerRegistrationChangeRecord: { typeId: 17, message: brokerRegistrationChangeRecord },
  AccessControlEntryRecord: { typeId: 18, message: accessControlEntryRecord },
  RemoveAccessControlEntryRecord: { typeId: 19, message: removeAccessControlEntryRecord },
  NoOpRecord: { typeId: 20, message: noOpRecord },
  ZkMigrationStateRecord: { typeId: 21, message: zkMigrationStateRecord },
  RemoveUserScramCredentialRecord: { typeId: 22, message: removeUserScramCredentialRecord },
  BeginTransactionRecord: { typeId: 23, message: beginTransactionRecord },
  EndTransactionRecord: { typeId: 24, message: endTransactionRecord },
  AbortTransactionRecord: { typeId: 25, message: abortTransactionRecord },
  RemoveDelegationTokenRecord: { typeId: 26, message: removeDelegationTokenRecord },
  RegisterControllerRecord: { typeId: 27, message: registerControllerRecord },
  ClearElrRecord: { typeId: 28, message: clearElrRecord },
  UnregisterControllerRecord: { typeId: 29, message: unregisterControllerRecord },
} as const

type Table = typeof METADATA_RECORDS
export type MetadataRecordName = keyof Table

/** The value of a record by its name. */
export type MetadataRecordValue<N extends MetadataRecordName> = MessageValue<Table[N]['message']>

/** A record of the metadata log: its name, the version of its schema it is written in, its value (Kafka's ApiMessageAndVersion). */
export type MetadataRecord = {
  [N in MetadataRecordName]: {
    readonly name: N
    readonly version: number
    readonly value: MetadataRecordValue<N>
  }
}[MetadataRecordName]

/** Kafka's frame in front of every record; there is one version of it (AbstractApiMessageSerde). */
const FRAME_VERSION = 1

const NAME_BY_TYPE_ID: ReadonlyMap<number, MetadataRecordName> = new Map(
  Object.entries(METADATA_RECORDS).map(([name, { typeId }]) => [typeId, name as MetadataRecordName]),
)

/** What making and reading a record has to know of its schema, worked out once. */
interface RecordShape {
  readonly defaults: readonly (readonly [key: string, value: unknown])[]
  readonly bytesKeys: readonly string[]
}

const SHAPES: ReadonlyMap<MetadataRecordName, RecordShape> = new Map(
  Object.entries(METADATA_RECORDS).map(([name, { message }]) => {
    const fields = Object.entries(message.fields as Record<string, Field>)
    const defaults = fields.map(([key, field]) => [key, defaultOf(field)] as const)
    const bytesKeys = fields.filter(([, { type }]) => type.kind === 'bytes').map(([key]) => key)
    return [name as MetadataRecordName, { defaults, bytesKeys }]
  }),
)

const shapeOf = (name: MetadataRecordName): RecordShape => SHAPES.get(name) as RecordShape

/** Makes a record; what `value` leaves out takes its default. `version` comes from `recordVersion` of the finalized metadata.version. */
export function metadataRecord<N extends MetadataRecordName>(
  name: N,
  version: number,
  value: MessageInput<Table[N]['message']>,
): MetadataRecord {
  const full: Record<string, unknown> = {}
  const given = value as Readonly<Record<string, unknown>>
  for (const [key, standard] of shapeOf(name).defaults) full[key] = given[key] ?? standard
  return { name, version, value: full } as unknown as MetadataRecord
}

/** One value serves all records: nothing that a record holds is ever changed. */
function defaultOf({ type, options }: Field): unknown {
  if ('default' in options) return options.default
  switch (type.kind) {
    case 'array':
      return []
    case 'string':
      return options.nullable === undefined ? '' : null
    case 'bytes':
      return Buffer.alloc(0)
    case 'uuid':
      return ZERO_UUID
    case 'bool':
      return false
    default:
      return 0
  }
}

/** The bytes of a record's value in the log. Throws EncodeError where its version cannot carry it. */
export function encodeMetadataRecord({ name, version, value }: MetadataRecord): Buffer {
  const { typeId, message } = METADATA_RECORDS[name]
  const writer = new Writer(128)
  writer.unsignedVarint(FRAME_VERSION)
  writer.unsignedVarint(typeId)
  writer.unsignedVarint(version)
  codecOf(message as unknown as Message, version).encode(writer, value as never)
  return writer.finishAsBuffer()
}

/**
 * Reads a record's value. What it holds of `bytes` is copied, so the buffer it came from may go. Throws DecodeError for
 * a frame, type or version it does not know.
 */
export function decodeMetadataRecord(bytes: Buffer): MetadataRecord {
  const reader = new Reader(bytes)
  const frameVersion = reader.unsignedVarint()
  if (frameVersion !== FRAME_VERSION)
    throw new DecodeError(`a metadata record of frame version ${frameVersion}`)
  const typeId = reader.unsignedVarint()
  const version = reader.unsignedVarint()
  const name = NAME_BY_TYPE_ID.get(typeId)
  if (name === undefined) throw new DecodeError(`a metadata record of unknown type ${typeId}`)
  const message = METADATA_RECORDS[name].message as unknown as Message
  if (version < message.versions[0] || version > message.versions[1]) {
    throw new DecodeError(`a ${name} of unknown version ${version}`)
  }
  const value = codecOf(message, version).decode(reader) as unknown as Record<string, unknown>
  if (reader.remaining !== 0) throw new DecodeError(`${reader.remaining} bytes left behind a ${name}`)
  for (const key of shapeOf(name).bytesKeys) value[key] = Buffer.from(value[key] as Buffer)
  return { name, version, value } as unknown as MetadataRecord
}
