import type { CommandResult, Machine, RecordPosition } from '../../machine/machine.ts'
import type { MetadataImage } from '../image/metadata-image.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { AclControl } from './acl-control.ts'
import { ClientQuotaControl } from './client-quota-control.ts'
import { ClusterControl } from './cluster-control.ts'
import type { ConfigSchema } from './config-schema.ts'
import { ConfigurationControl } from './configuration-control.ts'
import { DelegationTokenControl } from './delegation-token-control.ts'
import { FeatureControl } from './feature-control.ts'
import { ProducerIdsControl } from './producer-ids-control.ts'
import { ReplicationControl } from './replication-control.ts'
import { ScramControl } from './scram-control.ts'

/** What a command of the controller yields. */
export type ControllerResult<T> = CommandResult<MetadataRecord, T>

/**
 * The controller's state: one control per concern, changed by replay alone (Kafka's QuorumController). Records of a
 * metadata transaction are held back until it ends and dropped when it is aborted, so that there is nothing to undo.
 */
export class ControllerMachine implements Machine<MetadataRecord, never, MetadataImage> {
  readonly features = new FeatureControl()
  readonly cluster = new ClusterControl()
  readonly replication = new ReplicationControl()
  readonly configs: ConfigurationControl
  readonly producerIds = new ProducerIdsControl()
  readonly clientQuotas = new ClientQuotaControl()
  readonly scram = new ScramControl()
  readonly acls = new AclControl()
  readonly delegationTokens = new DelegationTokenControl()
  #transaction: { readonly record: MetadataRecord; readonly offset: number }[] | undefined
  #isEmpty = true

  constructor(options: { readonly configSchema: ConfigSchema }) {
    this.configs = new ConfigurationControl(options.configSchema)
  }

  /** Nothing was ever written: the first activation has to. */
  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** A transaction has begun and not ended. */
  get isInTransaction(): boolean {
    return this.#transaction !== undefined
  }

  replay(record: MetadataRecord, { offset }: Pick<RecordPosition, 'offset'>): void {
    switch (record.name) {
      case 'BeginTransactionRecord':
        if (this.#transaction !== undefined)
          throw new Error('a metadata transaction begins inside of another')
        this.#transaction = []
        break
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord': {
        const held = this.#transaction
        if (held === undefined) throw new Error('a metadata transaction ends that never began')
        this.#transaction = undefined
        if (record.name === 'EndTransactionRecord')
          for (const each of held) this.#apply(each.record, each.offset)
        break
      }
      default:
        if (this.#transaction === undefined) this.#apply(record, offset)
        else this.#transaction.push({ record, offset })
    }
  }

  #apply(record: MetadataRecord, offset: number): void {
    this.#isEmpty = false
    switch (record.name) {
      case 'FeatureLevelRecord':
        this.features.replay(record.value)
        break
      case 'RegisterBrokerRecord':
        this.cluster.replayRegisterBroker(record.value, offset)
        break
      case 'UnregisterBrokerRecord':
        this.cluster.replayUnregisterBroker(record.value)
        break
      case 'BrokerRegistrationChangeRecord':
        this.cluster.replayBrokerChange(record.value)
        break
      case 'FenceBrokerRecord':
        this.cluster.replayFencing(record.value, true)
        break
      case 'UnfenceBrokerRecord':
        this.cluster.replayFencing(record.value, false)
        break
      case 'RegisterControllerRecord':
        this.cluster.replayRegisterController(record.value)
        break
      case 'UnregisterControllerRecord':
        this.cluster.replayUnregisterController(record.value)
        break
      case 'TopicRecord':
        this.replication.replayTopic(record.value)
        break
      case 'PartitionRecord':
        this.replication.replayPartition(record.value)
        break
      case 'PartitionChangeRecord':
        this.replication.replayPartitionChange(record.value)
        break
      case 'RemoveTopicRecord':
        this.configs.removeTopic(this.replication.replayRemoveTopic(record.value))
        break
      case 'ClearElrRecord':
        this.replication.replayClearElr(record.value)
        break
      case 'ConfigRecord':
        this.configs.replay(record.value)
        break
      case 'ClientQuotaRecord':
        this.clientQuotas.replay(record.value)
        break
      case 'ProducerIdsRecord':
        this.producerIds.replay(record.value)
        break
      case 'UserScramCredentialRecord':
        this.scram.replayCredential(record.value)
        break
      case 'RemoveUserScramCredentialRecord':
        this.scram.replayRemoveCredential(record.value)
        break
      case 'AccessControlEntryRecord':
        this.acls.replayEntry(record.value)
        break
      case 'RemoveAccessControlEntryRecord':
        this.acls.replayRemoveEntry(record.value)
        break
      case 'DelegationTokenRecord':
        this.delegationTokens.replayToken(record.value)
        break
      case 'RemoveDelegationTokenRecord':
        this.delegationTokens.replayRemoveToken(record.value)
        break
      case 'NoOpRecord':
      case 'ZkMigrationStateRecord':
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord':
        break
      default:
        record satisfies never
    }
  }

  /** The metadata log knows no transactions of producers. */
  replayEndTransaction(): void {}

  /** The controller makes the image; it learns nothing from it. */
  onMetadataImage(): void {}

  effects(): readonly never[] {
    return []
  }
}
