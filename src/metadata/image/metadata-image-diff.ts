import { isDeepStrictEqual } from 'node:util'

import type { ResourceConfigs } from './configs-image.ts'
import { finalizedLevel } from './features-image.ts'
import type { MapChanges } from './map-changes.ts'
import type { MetadataDelta, MetadataImage } from './metadata-image.ts'
import type { PartitionRegistration } from './partition-registration.ts'
import type { ScramMechanism } from './scram-image.ts'
import type { TopicDelta, TopicImage } from './topics-image.ts'

interface Entries<K, V> {
  readonly size: number
  get(key: K): V | undefined
  has(key: K): boolean
  [Symbol.iterator](): Iterator<[K, V]>
}

/**
 * What lies between any two images, found by comparing them: for a snapshot that takes the place of a log, and for a
 * publisher that begins in the middle. Costs as much as there is.
 */
export function diffImages(before: MetadataImage, after: MetadataImage): MetadataDelta {
  return {
    before,
    features: diffFeatures(before, after),
    cluster: diffCluster(before, after),
    topics: diffTopics(before, after),
    configs: diffConfigs(before, after),
    clientQuotas: wrap('quotas', diffMaps(before.clientQuotas.quotas, after.clientQuotas.quotas)),
    producerIdsChanged: !isDeepStrictEqual(before.producerIds, after.producerIds),
    scram: diffScram(before, after),
    acls: wrap('entries', diffMaps(before.acls.entries, after.acls.entries)),
    delegationTokens: wrap('tokens', diffMaps(before.delegationTokens.tokens, after.delegationTokens.tokens)),
  }
}

function diffMaps<K, V>(before: Entries<K, V>, after: Entries<K, V>): Map<K, V | undefined> {
  const changes = new Map<K, V | undefined>()
  for (const [key, value] of after) {
    const old = before.get(key)
    if (old !== value && !isDeepStrictEqual(old, value)) changes.set(key, value)
  }
  for (const [key] of before) if (!after.has(key)) changes.set(key, undefined)
  return changes
}

function wrap<N extends string, K, V>(
  name: N,
  changes: MapChanges<K, V>,
): Record<N, MapChanges<K, V>> | undefined {
  return changes.size === 0 ? undefined : ({ [name]: changes } as Record<N, MapChanges<K, V>>)
}

function diffFeatures(before: MetadataImage, after: MetadataImage): MetadataDelta['features'] {
  const changed = diffMaps(before.features.finalizedLevels, after.features.finalizedLevels)
  const { metadataVersion } = after.features
  const isVersionChanged = metadataVersion !== before.features.metadataVersion
  if (!isVersionChanged && changed.size === 0) return undefined
  const levels = new Map([...changed.keys()].map(name => [name, finalizedLevel(after.features, name)]))
  return { metadataVersion: isVersionChanged ? metadataVersion : undefined, levels }
}

function diffCluster(before: MetadataImage, after: MetadataImage): MetadataDelta['cluster'] {
  const brokers = diffMaps(before.cluster.brokers, after.cluster.brokers)
  const controllers = diffMaps(before.cluster.controllers, after.cluster.controllers)
  return brokers.size === 0 && controllers.size === 0 ? undefined : { brokers, controllers }
}

function diffTopics(before: MetadataImage, after: MetadataImage): MetadataDelta['topics'] {
  const changed = new Map<string, TopicDelta>()
  const deleted = new Map<string, TopicImage>()
  for (const [topicId, topic] of after.topics.byId) {
    const old = before.topics.topicById(topicId)
    const changedPartitions = changedPartitionsOf(old, topic)
    if (old === undefined || changedPartitions.size > 0) {
      changed.set(topicId, { before: old, after: topic, changedPartitions })
    }
  }
  for (const [topicId, topic] of before.topics.byId) {
    if (after.topics.topicById(topicId) === undefined) deleted.set(topicId, topic)
  }
  return changed.size === 0 && deleted.size === 0 ? undefined : { changed, deleted }
}

function changedPartitionsOf(
  before: TopicImage | undefined,
  after: TopicImage,
): Map<number, PartitionRegistration> {
  const changed = new Map<number, PartitionRegistration>()
  if (before?.partitions === after.partitions) return changed
  for (const [index, partition] of after.partitions.entries()) {
    if (!isDeepStrictEqual(partition, before?.partitions[index])) changed.set(index, partition)
  }
  return changed
}

function diffConfigs(before: MetadataImage, after: MetadataImage): MetadataDelta['configs'] {
  const resources = new Map<string, ResourceConfigs>()
  for (const [key, configs] of diffMaps(before.configs.resources, after.configs.resources)) {
    const resource = configs?.resource ?? before.configs.resources.get(key)?.resource
    if (resource !== undefined) resources.set(key, configs ?? { resource, values: new Map() })
  }
  return resources.size === 0 ? undefined : { resources }
}

function diffScram(before: MetadataImage, after: MetadataImage): MetadataDelta['scram'] {
  const mechanisms = new Set<ScramMechanism>([
    ...before.scram.credentials.keys(),
    ...after.scram.credentials.keys(),
  ])
  const changed = new Map(
    [...mechanisms].map(mechanism => [
      mechanism,
      diffMaps(
        before.scram.credentials.get(mechanism) ?? new Map(),
        after.scram.credentials.get(mechanism) ?? new Map(),
      ),
    ]),
  )
  for (const [mechanism, users] of changed) if (users.size === 0) changed.delete(mechanism)
  return changed.size === 0 ? undefined : { credentials: changed }
}
