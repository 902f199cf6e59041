import type { TopicConfig } from '../config/topic-config.ts'
import { Limiter } from '../io/limiter.ts'
import type { Logger } from '../io/logger.ts'
import type { World } from '../io/world.ts'
import type { LogManager } from '../log/log-manager.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { StorageError } from '../log/storage-error.ts'
import type { TopicPartition } from '../log/topic-partition.ts'
import { isActive } from '../metadata/image/broker-registration.ts'
import type { ConfigsDelta } from '../metadata/image/configs-image.ts'
import { ConfigResourceType } from '../metadata/image/configs-image.ts'
import { isReservedDirectory } from '../metadata/image/directory-id.ts'
import type { MetadataDelta, MetadataImage } from '../metadata/image/metadata-image.ts'
import { EMPTY_METADATA_IMAGE } from '../metadata/image/metadata-image.ts'
import { directoryOf, type PartitionRegistration } from '../metadata/image/partition-registration.ts'
import type { TopicDelta, TopicImage } from '../metadata/image/topics-image.ts'
import type { HighWatermarkCheckpoint } from './high-watermark-checkpoint.ts'
import type { HostedPartitions } from './hosted-partitions.ts'
import { Partition, type PartitionListener } from './partition.ts'
import type { ActiveBrokerEpochs } from './partition-leader.ts'

export interface ReplicaChangesOptions {
  readonly world: World
  readonly logManager: LogManager
  readonly brokerId: number
  readonly configFor: (topic: string, image: MetadataImage) => TopicConfig
  readonly lagTimeMaxMs: number
  readonly logger: Logger
  readonly partitions: HostedPartitions
  readonly checkpoint: HighWatermarkCheckpoint
  readonly listener: PartitionListener
}

/** Logs are made in so many places at once: the file system commits them together. */
const LOGS_MADE_AT_ONCE = 64

/**
 * Brings the partitions of this broker in line with the metadata (Kafka's ReplicaManager.applyDelta). What needs no
 * disk is done during the call. The rest runs beside it, for each partition in order: a log is deleted before the one of a
 * new topic under its name is made.
 */
export class ReplicaChanges {
  readonly #options: ReplicaChangesOptions
  readonly #limiter = new Limiter(LOGS_MADE_AT_ONCE)
  /** The last work on a partition's files, by the name of its directory. */
  readonly #underWay = new Map<string, Promise<void>>()
  #image = EMPTY_METADATA_IMAGE
  #activeBrokers: ActiveBrokerEpochs = new Map()
  /** Set until the logs on the disks are loaded and what came meanwhile is applied. */
  #loading: Promise<unknown> | undefined
  #isLoaded = false

  constructor(options: ReplicaChangesOptions) {
    this.#options = options
  }

  /** Resolves when everything that the change asks for is done; undefined when it is done already. */
  apply(delta: MetadataDelta, image: MetadataImage): void | Promise<void> {
    if (this.#isLoaded) return this.#apply(delta, image)
    const before = this.#loading ?? this.#load(image)
    const applied = before.then(() => this.#apply(delta, image))
    this.#loading = applied
    return applied.then(() => {
      if (this.#loading !== applied) return
      this.#isLoaded = true
      this.#options.checkpoint.forgetLoaded()
    })
  }

  /** Resolves when no work on files is under way. */
  async settled(): Promise<void> {
    await this.#loading?.catch(() => {})
    await Promise.all(this.#underWay.values())
  }

  /** Opens what is on the disks. Logs that no topic of the image has here are set aside. */
  async #load(image: MetadataImage): Promise<void> {
    const { logManager, configFor, checkpoint } = this.#options
    await Promise.all(
      logManager.directories
        .filter(directory => !directory.isOffline)
        .map(directory => checkpoint.load(directory.path)),
    )
    await logManager.load({
      configFor: topic => configFor(topic, image),
      isStray: ({ topicPartition: { partition }, topicId }) => {
        const topic = topicId === undefined ? undefined : image.topics.topicById(topicId)
        return topic === undefined || !this.#isReplica(topic.partitions[partition])
      },
    })
  }

  #isReplica(registration: PartitionRegistration | undefined): registration is PartitionRegistration {
    return registration?.replicas.includes(this.#options.brokerId) === true
  }

  #apply(delta: MetadataDelta, image: MetadataImage): void | Promise<void> {
    this.#image = image
    if (delta.cluster !== undefined) this.#updateBrokers(image)
    const work: Promise<void>[] = []
    for (const topic of delta.topics?.deleted.values() ?? []) this.#removeTopic(topic, work)
    if (delta.configs !== undefined) this.#updateConfigs(delta.configs)
    for (const change of delta.topics?.changed.values() ?? []) this.#changeTopic(change, work)
    return work.length === 0 ? undefined : Promise.all(work).then(() => {})
  }

  #updateBrokers(image: MetadataImage): void {
    const active = new Map<number, number>()
    for (const broker of image.cluster.brokers.values())
      if (isActive(broker)) active.set(broker.id, broker.epoch)
    this.#activeBrokers = active
    for (const partition of this.#options.partitions) partition.updateActiveBrokers(active)
  }

  /** A change of the brokers' settings may change every topic's. */
  #updateConfigs({ resources }: ConfigsDelta): void {
    const { partitions, configFor } = this.#options
    const changed = new Set<string>()
    let isForAll = false
    for (const { resource } of resources.values()) {
      if (resource.type === ConfigResourceType.TOPIC) changed.add(resource.name)
      else if (resource.type === ConfigResourceType.BROKER) isForAll = true
    }
    for (const partition of partitions) {
      const { topic } = partition.topicPartition
      if (!isForAll && !changed.has(topic)) continue
      const config = configFor(topic, this.#image)
      partition.log.updateConfig(config)
      partition.updateConfig(config)
    }
  }

  #removeTopic({ name, partitions }: TopicImage, work: Promise<void>[]): void {
    for (const partition of partitions.keys()) this.#remove({ topic: name, partition }, work)
  }

  /** Lets go of a partition and deletes its log, if this broker has it or is about to. */
  #remove(topicPartition: TopicPartition, work: Promise<void>[]): void {
    const { partitions, logManager, checkpoint } = this.#options
    const partition = partitions.get(topicPartition)
    partitions.delete(topicPartition)
    if (partition !== undefined) {
      partition.close()
      checkpoint.onChanged(partition.log.logDirectory)
    }
    if (partition === undefined && !this.#underWay.has(directoryName(topicPartition))) return
    work.push(this.#run(topicPartition, 'delete', () => logManager.deleteLog(topicPartition)))
  }

  #changeTopic({ after: topic, changedPartitions }: TopicDelta, work: Promise<void>[]): void {
    for (const [partition, registration] of changedPartitions) {
      const topicPartition = { topic: topic.name, partition }
      if (!this.#isReplica(registration)) this.#remove(topicPartition, work)
      else this.#host(topic, topicPartition, work)
    }
  }

  #host({ topicId }: TopicImage, topicPartition: TopicPartition, work: Promise<void>[]): void {
    const { partitions, logManager } = this.#options
    const held = partitions.get(topicPartition)
    if (held !== undefined) {
      this.#assume(held)
      return
    }
    // Its log is being made: it takes its role from the latest image then.
    const log = this.#underWay.has(directoryName(topicPartition))
      ? undefined
      : logManager.getLog(topicPartition)
    if (log?.topicId === topicId) this.#open(log, topicId)
    else work.push(this.#run(topicPartition, 'create', () => this.#create({ topicId, topicPartition })))
  }

  async #create(place: { topicId: string; topicPartition: TopicPartition }): Promise<void> {
    const { partitions, logManager, configFor } = this.#options
    const { topicId, topicPartition } = place
    const registration = this.#registrationOf(place)
    if (registration === undefined) return
    const held = partitions.get(topicPartition)
    if (held !== undefined) {
      this.#assume(held)
      return
    }
    const directoryId = this.#directoryFor(topicPartition, registration)
    const log = await logManager.createLog({
      topicPartition,
      topicId,
      config: configFor(topicPartition.topic, this.#image),
      ...(directoryId !== undefined && { directoryId }),
    })
    // Meanwhile the topic may have been deleted; the work that waits behind this deletes the log.
    if (this.#registrationOf(place) !== undefined) this.#open(log, topicId)
  }

  /** As the latest image has it; undefined where this broker is no replica of it any more. */
  #registrationOf(place: {
    topicId: string
    topicPartition: TopicPartition
  }): PartitionRegistration | undefined {
    const topic = this.#image.topics.topicById(place.topicId)
    const registration = topic?.partitions[place.topicPartition.partition]
    return this.#isReplica(registration) ? registration : undefined
  }

  /** The directory for a log that is not there. Where it may lie in one that is offline, there must not be another. */
  #directoryFor(
    { topic, partition }: TopicPartition,
    registration: PartitionRegistration,
  ): string | undefined {
    const { directories } = this.#options.logManager
    const assigned = directoryOf(registration, this.#options.brokerId)
    if (assigned === undefined || isReservedDirectory(assigned)) return undefined
    if (directories.some(({ directoryId, isOffline }) => directoryId === assigned && !isOffline))
      return assigned
    const offline = directories.find(({ isOffline }) => isOffline)
    if (offline === undefined) return undefined
    const message = `${topic}-${partition} may have its log in a directory that is offline`
    throw new StorageError({ directory: offline.path, message })
  }

  #open(log: PartitionLog, topicId: string): void {
    const { world, brokerId, listener, lagTimeMaxMs, checkpoint, partitions, configFor } = this.#options
    const { topicPartition } = log
    const partition = new Partition({
      world,
      brokerId,
      topicId,
      log,
      config: configFor(topicPartition.topic, this.#image),
      listener,
      lagTimeMaxMs,
      highWatermark: checkpoint.get(topicPartition, log.logDirectory),
    })
    partition.updateActiveBrokers(this.#activeBrokers)
    partitions.set(partition)
    this.#assume(partition)
  }

  /** Takes the role that the latest image gives; none where the partition has gone meanwhile: its removal follows. */
  #assume(partition: Partition): void {
    const registration = this.#registrationOf(partition)
    if (registration === undefined || partition.isOffline) return
    try {
      if (registration.leader === this.#options.brokerId) partition.becomeLeader(registration)
      else partition.becomeFollower(registration)
    } catch (error) {
      // One partition's trouble is not that of the others in the same update.
      this.#options.logger.error({ err: error, partition: partition.name }, 'A change of role failed')
    }
  }

  /** Works on a partition's files after whatever is under way there. A failure takes the partition offline. */
  #run(topicPartition: TopicPartition, what: 'create' | 'delete', work: () => Promise<void>): Promise<void> {
    const name = directoryName(topicPartition)
    const before = this.#underWay.get(name) ?? Promise.resolve()
    const done = before
      .then(() => this.#limiter.run(work))
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error, partition: name }, `Cannot ${what} the log of ${name}`)
        if (what === 'create') this.#options.partitions.setOffline(topicPartition)
      })
      .then(() => {
        if (this.#underWay.get(name) === done) this.#underWay.delete(name)
      })
    this.#underWay.set(name, done)
    return done
  }
}

function directoryName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
