import { METADATA_VERSION_FEATURE, metadataVersionSupports } from '../metadata-version.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { brokerToRecord, controllerToRecord } from './broker-registration.ts'
import type { MetadataImage } from './metadata-image.ts'
import { partitionToRecord } from './partition-registration.ts'

/**
 * An image as the records that make it, for a snapshot: replayed onto an empty image they give this one. What the
 * image's metadata.version cannot express is left out. An empty image has none.
 */
export function* imageToRecords(image: MetadataImage): Generator<MetadataRecord> {
  const { metadataVersion } = image.features
  if (metadataVersion === undefined) return
  yield* featureRecords(image, metadataVersion)
  yield* clusterRecords(image, metadataVersion)
  yield* topicRecords(image, metadataVersion)
  yield* configRecords(image)
  yield* clientQuotaRecords(image)
  const { lastBlock } = image.producerIds
  if (lastBlock !== undefined) yield metadataRecord('ProducerIdsRecord', 0, lastBlock)
  for (const entry of image.acls.entries.values()) yield metadataRecord('AccessControlEntryRecord', 0, entry)
  if (metadataVersionSupports(metadataVersion, 'scram')) yield* scramRecords(image)
  if (metadataVersionSupports(metadataVersion, 'delegationTokens')) yield* delegationTokenRecords(image)
}

function* featureRecords(image: MetadataImage, metadataVersion: number): Generator<MetadataRecord> {
  yield metadataRecord('FeatureLevelRecord', 0, {
    name: METADATA_VERSION_FEATURE,
    featureLevel: metadataVersion,
  })
  for (const [name, featureLevel] of image.features.finalizedLevels) {
    yield metadataRecord('FeatureLevelRecord', 0, { name, featureLevel })
  }
}

function* clusterRecords(image: MetadataImage, metadataVersion: number): Generator<MetadataRecord> {
  for (const broker of image.cluster.brokers.values()) yield brokerToRecord(broker, metadataVersion)
  if (!metadataVersionSupports(metadataVersion, 'controllerRegistration')) return
  for (const controller of image.cluster.controllers.values()) yield controllerToRecord(controller)
}

function* topicRecords(image: MetadataImage, metadataVersion: number): Generator<MetadataRecord> {
  for (const { name, topicId, partitions } of image.topics.byId.values()) {
    yield metadataRecord('TopicRecord', 0, { name, topicId })
    for (const [partitionId, partition] of partitions.entries()) {
      yield partitionToRecord(partition, { topicId, partitionId, metadataVersion })
    }
  }
}

function* configRecords(image: MetadataImage): Generator<MetadataRecord> {
  for (const { resource, values } of image.configs.resources.values()) {
    for (const [name, value] of values) {
      yield metadataRecord('ConfigRecord', 0, {
        resourceType: resource.type,
        resourceName: resource.name,
        name,
        value,
      })
    }
  }
}

function* clientQuotaRecords(image: MetadataImage): Generator<MetadataRecord> {
  for (const quota of image.clientQuotas.quotas.values()) {
    const entity = [...quota.entity].map(([entityType, entityName]) => ({ entityType, entityName }))
    for (const [key, value] of quota.values) {
      yield metadataRecord('ClientQuotaRecord', 0, { entity, key, value, remove: false })
    }
  }
}

function* scramRecords(image: MetadataImage): Generator<MetadataRecord> {
  for (const [mechanism, users] of image.scram.credentials) {
    for (const [name, credential] of users) {
      yield metadataRecord('UserScramCredentialRecord', 0, { name, mechanism, ...credential })
    }
  }
}

function* delegationTokenRecords(image: MetadataImage): Generator<MetadataRecord> {
  for (const token of image.delegationTokens.tokens.values()) {
    yield metadataRecord('DelegationTokenRecord', 0, {
      owner: token.owner,
      requester: token.requester,
      renewers: token.renewers,
      issueTimestamp: token.issueTimestampMs,
      maxTimestamp: token.maxTimestampMs,
      expirationTimestamp: token.expirationTimestampMs,
      tokenId: token.tokenId,
    })
  }
}
