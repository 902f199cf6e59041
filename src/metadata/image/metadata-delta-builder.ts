import type { MetadataRecord, MetadataRecordValue } from '../records/metadata-records.ts'
import { AclsDeltaBuilder } from './acls-image.ts'
import { ClientQuotasDeltaBuilder } from './client-quotas-image.ts'
import { ClusterDeltaBuilder } from './cluster-image.ts'
import { ConfigsDeltaBuilder } from './configs-image.ts'
import { DelegationTokensDeltaBuilder } from './delegation-tokens-image.ts'
import { FeaturesDeltaBuilder } from './features-image.ts'
import type { MetadataDelta, MetadataImage, MetadataProvenance } from './metadata-image.ts'
import { ScramDeltaBuilder } from './scram-image.ts'
import { TopicsDeltaBuilder } from './topics-delta-builder.ts'

/**
 * Takes records one after another and makes of them what changed and the next image (Kafka's MetadataDelta). Throws
 * where a record names what is not there. Used once.
 */
export class MetadataDeltaBuilder {
  readonly #before: MetadataImage
  readonly #features: FeaturesDeltaBuilder
  readonly #cluster: ClusterDeltaBuilder
  readonly #topics: TopicsDeltaBuilder
  readonly #configs: ConfigsDeltaBuilder
  readonly #clientQuotas: ClientQuotasDeltaBuilder
  readonly #scram: ScramDeltaBuilder
  readonly #acls: AclsDeltaBuilder
  readonly #delegationTokens: DelegationTokensDeltaBuilder
  #producerIds: MetadataRecordValue<'ProducerIdsRecord'> | undefined

  constructor(before: MetadataImage) {
    this.#before = before
    this.#features = new FeaturesDeltaBuilder(before.features)
    this.#cluster = new ClusterDeltaBuilder(before.cluster)
    this.#topics = new TopicsDeltaBuilder(before.topics)
    this.#configs = new ConfigsDeltaBuilder(before.configs)
    this.#clientQuotas = new ClientQuotasDeltaBuilder(before.clientQuotas)
    this.#scram = new ScramDeltaBuilder(before.scram)
    this.#acls = new AclsDeltaBuilder(before.acls)
    this.#delegationTokens = new DelegationTokensDeltaBuilder(before.delegationTokens)
  }

  replay(record: MetadataRecord): void {
    switch (record.name) {
      case 'FeatureLevelRecord':
        this.#features.replayFeatureLevel(record.value)
        break
      case 'RegisterBrokerRecord':
        this.#cluster.replayRegisterBroker(record.value)
        break
      case 'UnregisterBrokerRecord':
        this.#cluster.replayUnregisterBroker(record.value)
        break
      case 'BrokerRegistrationChangeRecord':
        this.#cluster.replayBrokerChange(record.value)
        break
      case 'FenceBrokerRecord':
        this.#cluster.replayFencing(record.value, true)
        break
      case 'UnfenceBrokerRecord':
        this.#cluster.replayFencing(record.value, false)
        break
      case 'RegisterControllerRecord':
        this.#cluster.replayRegisterController(record.value)
        break
      case 'UnregisterControllerRecord':
        this.#cluster.replayUnregisterController(record.value)
        break
      case 'TopicRecord':
        this.#topics.replayTopic(record.value)
        break
      case 'PartitionRecord':
        this.#topics.replayPartition(record.value)
        break
      case 'PartitionChangeRecord':
        this.#topics.replayPartitionChange(record.value)
        break
      case 'RemoveTopicRecord':
        this.#configs.removeTopic(this.#topics.replayRemoveTopic(record.value))
        break
      case 'ClearElrRecord':
        this.#topics.replayClearElr(record.value)
        break
      case 'ConfigRecord':
        this.#configs.replayConfig(record.value)
        break
      case 'ClientQuotaRecord':
        this.#clientQuotas.replayClientQuota(record.value)
        break
      case 'ProducerIdsRecord':
        this.#producerIds = record.value
        break
      case 'UserScramCredentialRecord':
        this.#scram.replayCredential(record.value)
        break
      case 'RemoveUserScramCredentialRecord':
        this.#scram.replayRemoveCredential(record.value)
        break
      case 'AccessControlEntryRecord':
        this.#acls.replayAccessControlEntry(record.value)
        break
      case 'RemoveAccessControlEntryRecord':
        this.#acls.replayRemoveAccessControlEntry(record.value)
        break
      case 'DelegationTokenRecord':
        this.#delegationTokens.replayDelegationToken(record.value)
        break
      case 'RemoveDelegationTokenRecord':
        this.#delegationTokens.replayRemoveDelegationToken(record.value)
        break
      case 'NoOpRecord':
      case 'ZkMigrationStateRecord':
        break
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord':
        // Whoever feeds the records has dealt with transactions.
        break
      default:
        record satisfies never
    }
  }

  build(provenance: MetadataProvenance): { delta: MetadataDelta; image: MetadataImage } {
    const features = this.#features.build()
    const cluster = this.#cluster.build()
    const topics = this.#topics.build()
    const configs = this.#configs.build()
    const clientQuotas = this.#clientQuotas.build()
    const scram = this.#scram.build()
    const acls = this.#acls.build()
    const delegationTokens = this.#delegationTokens.build()
    const producerIds = this.#producerIds
    return {
      image: {
        provenance,
        features: features.image,
        cluster: cluster.image,
        topics: topics.image,
        configs: configs.image,
        clientQuotas: clientQuotas.image,
        producerIds: producerIds === undefined ? this.#before.producerIds : { lastBlock: producerIds },
        scram: scram.image,
        acls: acls.image,
        delegationTokens: delegationTokens.image,
      },
      delta: {
        before: this.#before,
        features: features.delta,
        cluster: cluster.delta,
        topics: topics.delta,
        configs: configs.delta,
        clientQuotas: clientQuotas.delta,
        producerIdsChanged: producerIds !== undefined,
        scram: scram.delta,
        acls: acls.delta,
        delegationTokens: delegationTokens.delta,
      },
    }
  }
}
