import { ManualClock } from '../../../src/io/manual-clock.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import { bootstrapRecords } from '../../../src/metadata/bootstrap-records.ts'
import { activate } from '../../../src/metadata/controller/activate.ts'
import { brokerHeartbeat } from '../../../src/metadata/controller/broker-heartbeat.ts'
import { ControllerMachine } from '../../../src/metadata/controller/controller-machine.ts'
import { createTopics } from '../../../src/metadata/controller/create-topics.ts'
import { DefinedConfigSchema } from '../../../src/metadata/controller/defined-config-schema.ts'
import { registerBroker } from '../../../src/metadata/controller/register-broker.ts'
import type { MetadataImage } from '../../../src/metadata/image/metadata-image.ts'
import type { MetadataBatch } from '../../../src/metadata/metadata-loader.ts'
import { MetadataLoader } from '../../../src/metadata/metadata-loader.ts'
import { metadataRecordCodec } from '../../../src/metadata/records/metadata-record-codec.ts'
import type { MetadataRecord } from '../../../src/metadata/records/metadata-records.ts'
import { SUPPORTED_FEATURES } from '../../../src/metadata/supported-features.ts'
import type { BrokerHeartbeatRequest } from '../../../src/protocol/messages/broker-heartbeat.ts'
import type { BrokerRegistrationRequest } from '../../../src/protocol/messages/broker-registration.ts'
import type { CreateTopicsRequest } from '../../../src/protocol/messages/create-topics.ts'
import { CheckedMachineHost } from '../support/checked-machine-host.ts'
import { MemoryLog } from '../support/memory-record-writer.ts'
import { SilentLogger } from '../support/silent-logger.ts'

export const CLUSTER_ID = '5L6g3nShT-eMCtK--X86sw'
export const TOPIC_DEFAULTS = { partitionCount: 1, replicationFactor: 1 }

/** A UUID that says which it is. */
export function uuid(number: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32BE(0x7e57_0000, 0)
  bytes.writeUInt32BE(number, 12)
  return bytes.toString('base64url')
}

/** All that the log must bring back, in an order that does not hang on the way there. */
export function hardState(machine: ControllerMachine) {
  const sorted = <V>(entries: Iterable<readonly [string | number, V]>) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return structuredClone({
    features: machine.features.image,
    brokers: sorted(machine.cluster.brokers),
    registrationOffsets: [...machine.cluster.brokers.keys()].map(id =>
      machine.cluster.registrationOffset(id),
    ),
    controllers: sorted(machine.cluster.controllers),
    topics: sorted([...machine.replication.topics()].map(topic => [topic.name, { ...topic }] as const)),
    configs: sorted(machine.configs.resources),
    producerIds: machine.producerIds.lastBlock,
    clientQuotas: sorted(machine.clientQuotas.quotas),
    scram: sorted(machine.scram.credentials),
    acls: sorted(machine.acls.entries),
    delegationTokens: sorted(machine.delegationTokens.tokens),
    isInTransaction: machine.isInTransaction,
  })
}

/** The same of an image, but for what images do not hold. */
export function stateOfImage(image: MetadataImage) {
  const sorted = <V>(entries: Iterable<readonly [string | number, V]>) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return structuredClone({
    features: image.features,
    brokers: sorted(image.cluster.brokers),
    controllers: sorted(image.cluster.controllers),
    topics: sorted(image.topics.byName),
    configs: sorted([...image.configs.resources].map(([key, { values }]) => [key, values] as const)),
    producerIds: image.producerIds.lastBlock,
    clientQuotas: sorted(image.clientQuotas.quotas),
    scram: sorted(image.scram.credentials),
    acls: sorted(image.acls.entries),
    delegationTokens: sorted(image.delegationTokens.tokens),
  })
}

/** A controller's machine over a log in memory; every command is checked for purity and replay equivalence. */
export class ControllerFixture {
  readonly log = new MemoryLog({ commitsAtOnce: true })
  readonly host: CheckedMachineHost<ControllerMachine, MetadataRecord, never, MetadataImage>
  /** Brokers that count as alive. */
  readonly alive = new Set<number>()

  constructor({ staticBroker = new Map<string, string>() } = {}) {
    const configSchema = new DefinedConfigSchema({ staticBroker })
    this.host = new CheckedMachineHost<ControllerMachine, MetadataRecord, never, MetadataImage>(
      {
        name: '__cluster_metadata-0',
        createMachine: () => new ControllerMachine({ configSchema }),
        codec: metadataRecordCodec,
        clock: new ManualClock(),
        random: new SeededRandom(7),
        logger: new SilentLogger(),
        errors: {
          notLeader: () => new Error('NOT_CONTROLLER'),
          loading: () => new Error('loading'),
          tooLarge: () => new Error('too large'),
          timedOut: () => new Error('timed out'),
        },
      },
      { hardState, log: this.log },
    )
  }

  /** An active controller with the records of a fresh cluster and brokers that are unfenced. */
  static async create(
    options: {
      brokerIds?: readonly number[]
      metadataVersion?: number
      staticBroker?: Map<string, string>
    } = {},
  ): Promise<ControllerFixture> {
    const { brokerIds = [1], metadataVersion = 30, ...rest } = options
    const fixture = new ControllerFixture(rest)
    await fixture.host.lead()
    await fixture.host.run(machine =>
      activate(machine, { bootstrapRecords: bootstrapRecords(metadataVersion) }),
    )
    for (const brokerId of brokerIds) await fixture.startBroker(brokerId)
    return fixture
  }

  get machine(): ControllerMachine {
    return this.host.runSoft(machine => machine)
  }

  async registerBroker(brokerId: number, changes: Partial<BrokerRegistrationRequest> = {}) {
    const request = registration(brokerId, changes)
    return this.host.run((machine, at) =>
      registerBroker(machine, request, at, {
        clusterId: CLUSTER_ID,
        kraftVersion: 1,
        isAlive: id => this.alive.has(id),
      }),
    )
  }

  heartbeat(brokerId: number, changes: Partial<BrokerHeartbeatRequest> = {}) {
    const request = {
      brokerId,
      brokerEpoch: this.machine.cluster.brokers.get(brokerId)?.epoch ?? -1,
      currentMetadataOffset: this.log.endOffset,
      wantFence: false,
      wantShutDown: false,
      offlineLogDirs: [],
      cordonedLogDirs: null,
      ...changes,
    }
    return this.host.run((machine, at) =>
      brokerHeartbeat(machine, request, {
        controlledShutdownOffset: at.nextOffset,
        lowestActiveOffset: Number.MAX_SAFE_INTEGER,
      }),
    )
  }

  /** Registers and unfences. */
  async startBroker(brokerId: number, changes: Partial<BrokerRegistrationRequest> = {}): Promise<void> {
    await this.registerBroker(brokerId, changes)
    await this.heartbeat(brokerId)
  }

  /** In order: asks to be let go until it is. */
  async stopBroker(brokerId: number): Promise<void> {
    for (;;) {
      const { shouldShutDown } = await this.heartbeat(brokerId, { wantShutDown: true })
      if (shouldShutDown) return
    }
  }

  async createTopic(name: string, changes: Partial<CreateTopicsRequest['topics'][number]> = {}) {
    const response = await this.createTopics([{ name, ...changes }])
    return response.topics[0]!
  }

  createTopics(
    topics: readonly (Partial<CreateTopicsRequest['topics'][number]> & { name: string })[],
    { validateOnly = false } = {},
  ) {
    const request: CreateTopicsRequest = {
      topics: topics.map(topic => ({
        numPartitions: 1,
        replicationFactor: 1,
        assignments: [],
        configs: [],
        ...topic,
      })),
      timeoutMs: 1000,
      validateOnly,
    }
    return this.host.run((machine, at) => createTopics(machine, request, at, TOPIC_DEFAULTS))
  }

  partition(topic: string, index: number) {
    return this.machine.replication.topicByName(topic)?.partitions[index]
  }

  /** The records in the log from `offset` on. */
  recordsFrom(offset: number): MetadataRecord[] {
    return this.log.batches.flatMap(({ records }) =>
      records
        .filter(record => record.offset >= offset)
        .map(record => metadataRecordCodec.decode(record) as MetadataRecord),
    )
  }

  get batches(): MetadataBatch[] {
    return this.log.batches.map(({ baseOffset, endOffset, leaderEpoch, records }) => ({
      baseOffset,
      lastOffset: endOffset - 1,
      leaderEpoch,
      appendTimestampMs: records[0]?.timestampMs ?? 0,
      records: records.map(record => metadataRecordCodec.decode(record) as MetadataRecord),
    }))
  }

  /** What a broker makes of the log. */
  image(): MetadataImage {
    const loader = new MetadataLoader({ onPublisherFailed: () => {} })
    loader.handleCommitted(this.batches)
    return loader.image
  }
}

export function registration(
  brokerId: number,
  changes: Partial<BrokerRegistrationRequest> = {},
): BrokerRegistrationRequest {
  return {
    brokerId,
    clusterId: CLUSTER_ID,
    incarnationId: uuid(1000 + brokerId),
    listeners: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 + brokerId, securityProtocol: 0 }],
    features: [...SUPPORTED_FEATURES].map(([name, { min, max }]) => ({
      name,
      minSupportedVersion: min,
      maxSupportedVersion: max,
    })),
    rack: null,
    isMigratingZkBroker: false,
    logDirs: [uuid(2000 + brokerId)],
    previousBrokerEpoch: -1,
    ...changes,
  }
}
