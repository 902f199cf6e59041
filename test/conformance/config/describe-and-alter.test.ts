import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  applyConfigChanges,
  type ConfigChange,
  type ConfigOperation,
  isViolation,
} from '../../../src/config/config-changes.ts'
import type { ConfigScope, ConfigType } from '../../../src/config/config-definition.ts'
import { CONFIG_TYPE_IDS, ConfigSource } from '../../../src/config/config-source.ts'
import type { BrokerConfigSources, ConfigTexts } from '../../../src/config/config-sources.ts'
import { OTTLA_CONFIGS } from '../../../src/config/definitions/ottla-configs.ts'
import {
  type DescribedConfig,
  describeBrokerConfigs,
  describeDefaultBrokerConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
} from '../../../src/config/describe-configs.ts'
import { parseProperties } from '../../../src/config/properties-file.ts'
import { validateBrokerConfigs } from '../../../src/config/validate-broker-configs.ts'
import { validateGroupConfigs, validateTopicConfigs } from '../../../src/config/validate-configs.ts'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { runKafkaProgram } from './kafka-program.ts'

const PROPERTIES = {
  'log.retention.hours': '100',
  'log.roll.ms': '7200000 ',
  'num.io.threads': '4',
  'log.cleanup.policy': 'compact , delete',
  'group.consumer.session.timeout.ms': '50000',
  'log.initial.task.delay.ms': '20000',
  'log.cleaner.min.cleanable.ratio': '0.30',
  'auto.create.topics.enable': 'FALSE',
  'ssl.keystore.password': 'secret',
  'some.unknown.key': 'foo',
  'listener.name.plaintext.max.connections': '1000',
}

type Change = readonly [
  type: 'TOPIC' | 'BROKER' | 'GROUP',
  name: string,
  key: string,
  value: string,
  operation: string,
]

const CHANGES: readonly Change[] = [
  ['TOPIC', 't', 'retention.ms', ' 5000 ', 'SET'],
  ['TOPIC', 't', 'retention.ms', 'x', 'SET'],
  ['TOPIC', 't', 'retention.ms', '-2', 'SET'],
  ['TOPIC', 't', 'no.such.key', '1', 'SET'],
  ['TOPIC', 't', 'no.such.key', '', 'DELETE'],
  ['TOPIC', 't', 'no.such.key', 'x', 'APPEND'],
  ['TOPIC', 't', 'retention.ms', '5', 'APPEND'],
  ['TOPIC', 't', 'cleanup.policy', 'delete', 'APPEND'],
  ['TOPIC', 't', 'cleanup.policy', 'compact', 'APPEND'],
  ['TOPIC', 't', 'cleanup.policy', 'delete', 'SUBTRACT'],
  ['TOPIC', 't', 'cleanup.policy', 'foo', 'APPEND'],
  ['TOPIC', 't', 'cleanup.policy', 'compact', 'SUBTRACT'],
  ['TOPIC', 't', 'cleanup.policy', 'delete,,compact', 'SET'],
  ['TOPIC', 't', 'cleanup.policy', 'delete, delete', 'SET'],
  ['TOPIC', 't', 'min.compaction.lag.ms', '100', 'SET'],
  ['TOPIC', 't', 'max.compaction.lag.ms', '50', 'SET'],
  ['TOPIC', 't', 'segment.bytes', '100', 'SET'],
  ['TOPIC', 't', 'internal.segment.bytes', '2000000', 'SET'],
  ['TOPIC', 't', 'remote.storage.enable', 'true', 'SET'],
  ['TOPIC', 't', 'preallocate', 'yes', 'SET'],
  ['TOPIC', 't', 'min.insync.replicas', '3', 'SET'],
  ['TOPIC', 't', 'flush.ms', '1000', 'SET'],
  ['TOPIC', 't', 'flush.ms', '', 'DELETE'],
  ['TOPIC', 't', 'min.cleanable.dirty.ratio', '0.250', 'SET'],
  ['TOPIC', 't', 'leader.replication.throttled.replicas', '0:1,1:1', 'SET'],
  ['TOPIC', 't', 'leader.replication.throttled.replicas', '0:1,5:1', 'SUBTRACT'],
  ['TOPIC', 't', 'leader.replication.throttled.replicas', '1:1,7:1', 'APPEND'],
  ['TOPIC', 't', 'leader.replication.throttled.replicas', 'everything', 'SET'],
  ['BROKER', '1', 'log.retention.ms', '77777', 'SET'],
  ['BROKER', '', 'log.retention.ms', '88888', 'SET'],
  ['BROKER', '', 'log.retention.ms', '1', 'APPEND'],
  ['BROKER', '', 'log.retention.bytes', '-1', 'SET'],
  ['BROKER', '', 'max.connections', '5000', 'SET'],
  ['BROKER', '1', 'max.connections', 'x', 'SET'],
  ['BROKER', '', 'num.partitions', '4', 'SET'],
  ['BROKER', '1', 'no.such.key', '4', 'SET'],
  ['BROKER', '', 'no.such.key', '5', 'SET'],
  ['BROKER', '', 'no.such.key', 'x', 'APPEND'],
  ['BROKER', '', 'listeners', 'PLAINTEXT://:9', 'SET'],
  ['BROKER', '1', 'ssl.keystore.password', 's', 'SET'],
  ['BROKER', '', 'ssl.keystore.password', 's', 'SET'],
  ['BROKER', '1', 'listener.name.plaintext.ssl.keystore.password', 's', 'SET'],
  ['BROKER', '', 'listener.name.plaintext.ssl.keystore.type', 'PEM', 'SET'],
  ['BROKER', '1', 'listener.name.plaintext.max.connections', 'x', 'SET'],
  ['BROKER', '1', 'leader.replication.throttled.rate', '1000', 'SET'],
  ['BROKER', '', 'follower.replication.throttled.rate', '2000', 'SET'],
  ['BROKER', '', 'leader.replication.throttled.rate', '-5', 'SET'],
  ['BROKER', '', 'log.cleanup.policy', 'delete', 'APPEND'],
  ['BROKER', '1', 'log.cleanup.policy', 'delete', 'SUBTRACT'],
  ['BROKER', '', 'log.cleanup.policy', 'delete, compact', 'SET'],
  ['BROKER', '', 'log.cleanup.policy', 'compact', 'SUBTRACT'],
  ['BROKER', '', 'log.roll.ms', '0', 'SET'],
  ['BROKER', '', 'log.retention.hours', '5', 'SET'],
  ['BROKER', '', 'message.max.bytes', '2000000', 'SET'],
  ['BROKER', '', 'unclean.leader.election.enable', 'true', 'SET'],
  ['BROKER', '', 'num.io.threads', '0', 'SET'],
  ['BROKER', '', 'log.local.retention.ms', '5', 'SET'],
  ['BROKER', '', 'compression.type', 'gzip', 'SET'],
  ['BROKER', '', 'compression.type', 'GZIP', 'SET'],
  ['BROKER', '', 'broker.id', '1', 'SET'],
  ['BROKER', '', 'max.connections.per.ip', '0', 'SET'],
  ['BROKER', '', 'log.cleaner.min.compaction.lag.ms', '100', 'SET'],
  ['GROUP', 'g', 'consumer.session.timeout.ms', '45001', 'SET'],
  ['GROUP', 'g', 'consumer.session.timeout.ms', '5', 'SET'],
  ['GROUP', 'g', 'consumer.session.timeout.ms', '60001', 'SET'],
  ['GROUP', 'g', 'consumer.session.timeout.ms', '1', 'APPEND'],
  ['GROUP', 'g', 'consumer.heartbeat.interval.ms', 'x', 'SET'],
  ['GROUP', 'g', 'no.such.key', '1', 'SET'],
  ['GROUP', 'g', 'share.auto.offset.reset', 'earliest', 'SET'],
  ['GROUP', 'g', 'share.isolation.level', 'read_committed', 'SET'],
  ['GROUP', 'g', 'streams.num.standby.replicas', '5', 'SET'],
]

const RESOURCES = [
  ['TOPIC', 't'],
  ['BROKER', '1'],
  ['BROKER', ''],
  ['GROUP', 'g'],
] as const

/** The same settings, kept and judged by this project's own code. */
class Model {
  readonly #staticBroker: ConfigTexts
  // Apache Kafka 4.3 sets this itself when it starts a cluster with eligible leader replicas.
  readonly #set = new Map<string, ConfigTexts>([['BROKER ', new Map([['min.insync.replicas', '1']])]])

  constructor(staticBroker: ConfigTexts) {
    this.#staticBroker = staticBroker
  }

  #sources(): BrokerConfigSources {
    return {
      staticBroker: this.#staticBroker,
      dynamicBroker: this.#of('BROKER', '1'),
      dynamicDefault: this.#of('BROKER', ''),
    }
  }

  #of(type: string, name: string): ConfigTexts {
    return this.#set.get(`${type} ${name}`) ?? new Map()
  }

  change([type, name, key, value, operation]: Change): string {
    const change = { name: key, operation: operation.toLowerCase() as ConfigOperation, value } as ConfigChange
    const result = applyConfigChanges(type.toLowerCase() as ConfigScope, this.#of(type, name), [change])
    const sources = this.#sources()
    const violation = isViolation(result)
      ? result
      : type === 'TOPIC'
        ? validateTopicConfigs(result.values, sources)
        : type === 'GROUP'
          ? validateGroupConfigs(result.values, sources)
          : validateBrokerConfigs(result.values, { forOneBroker: name !== '', sources })
    if (violation) {
      const exception =
        violation.error === 'INVALID_CONFIG' ? 'InvalidConfigurationException' : 'InvalidRequestException'
      return `${exception} ${violation.message}`
    }
    if (!isViolation(result)) this.#set.set(`${type} ${name}`, result.values)
    return 'ok'
  }

  describe(type: string, name: string): readonly DescribedConfig[] {
    const sources = this.#sources()
    if (type === 'TOPIC') return describeTopicConfigs(this.#of(type, name), sources)
    if (type === 'GROUP') return describeGroupConfigs(this.#of(type, name), sources)
    return name === '' ? describeDefaultBrokerConfigs(sources) : describeBrokerConfigs(sources)
  }
}

const SOURCE_NAMES: Readonly<Record<ConfigSource, string>> = {
  [ConfigSource.TOPIC]: 'DYNAMIC_TOPIC_CONFIG',
  [ConfigSource.DYNAMIC_BROKER]: 'DYNAMIC_BROKER_CONFIG',
  [ConfigSource.DYNAMIC_DEFAULT_BROKER]: 'DYNAMIC_DEFAULT_BROKER_CONFIG',
  [ConfigSource.STATIC_BROKER]: 'STATIC_BROKER_CONFIG',
  [ConfigSource.DEFAULT]: 'DEFAULT_CONFIG',
  [ConfigSource.DYNAMIC_BROKER_LOGGER]: 'DYNAMIC_BROKER_LOGGER_CONFIG',
  [ConfigSource.CLIENT_METRICS]: 'DYNAMIC_CLIENT_METRICS_CONFIG',
  [ConfigSource.GROUP]: 'DYNAMIC_GROUP_CONFIG',
}

const typeName = (id: number): string =>
  (Object.keys(CONFIG_TYPE_IDS) as (ConfigType | 'UNKNOWN')[]).find(name => CONFIG_TYPE_IDS[name] === id) ??
  '?'

const asKafkaPrints = (type: string, resource: string, entry: DescribedConfig): string =>
  [
    type,
    resource,
    entry.name,
    entry.value ?? '(null)',
    SOURCE_NAMES[entry.configSource],
    typeName(entry.configType),
    entry.readOnly,
    entry.isSensitive,
    entry.synonyms.map(s => `${SOURCE_NAMES[s.source]} ${s.name}=${s.value ?? '(null)'}`).join(';'),
  ].join('|')

/**
 * Once log.retention.ms is set at run time, Kafka shows the default of log.retention.hours as its value, still with the
 * file as its source; here it keeps what the file says.
 */
const isOddity = (line: string): boolean => line.startsWith('BROKER|1|log.retention.hours|')

describeWithTools(
  ['java', 'mvn'],
  "Apache Kafka's broker and this project describe and change settings alike",
  () => {
    let broker: Broker
    let model: Model

    beforeAll(async () => {
      broker = await startBroker({ implementation: 'apache', quorum: 'dynamic', properties: PROPERTIES })
      const texts = parseProperties(readFileSync(broker.propertiesFile), broker.propertiesFile)
      model = new Model(new Map([...texts, ['broker.id', texts.get('node.id') as string]]))
      await runKafkaProgram('DescribeEverything', [broker.bootstrapServers], [['create', 't']])
    })

    afterAll(async () => {
      await broker.stop()
    })

    const compareDescriptions = async (): Promise<void> => {
      const lines = RESOURCES.map(([type, name]) => ['describe', type, name])
      const theirs = await runKafkaProgram('DescribeEverything', [broker.bootstrapServers], lines)
      const ours = RESOURCES.flatMap(([type, name]) =>
        model
          .describe(type, name)
          .filter(entry => !(entry.name in OTTLA_CONFIGS))
          .map(entry => asKafkaPrints(type, name, entry)),
      )
      const comparable = (all: readonly string[]): string[] => all.filter(line => !isOddity(line)).sort()
      expect(comparable(ours)).toEqual(comparable(theirs.map(([, ...fields]) => fields.join('|'))))
    }

    test('the settings of topics, brokers and groups are described with the same sources and synonyms', async () => {
      await compareDescriptions()
    })

    test('changes are taken and turned down alike, and described alike afterwards', async () => {
      const theirs = await runKafkaProgram('DescribeEverything', [broker.bootstrapServers], CHANGES)
      const answers = theirs.map(([, type, name, key, value, operation, ...answer]) => ({
        change: [type, name, key, value, operation].join('|'),
        answer: answer.join(' '),
      }))
      expect(CHANGES.map(change => ({ change: change.join('|'), answer: model.change(change) }))).toEqual(
        answers,
      )
      // What is changed takes a moment from the controller to the broker.
      await vi.waitFor(compareDescriptions, { timeout: 60_000, interval: 200 })
    })
  },
)
