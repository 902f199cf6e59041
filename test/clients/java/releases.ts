import { ORACLE_VERSION, oracleJars } from '../../harness/broker.ts'
import { type Jars, mavenJars } from '../../harness/maven.ts'

/** The commands of Apache Kafka's `bin` folder that are tried here, by the name of their scripts. */
export type ToolName =
  | 'kafka-topics'
  | 'kafka-console-producer'
  | 'kafka-console-consumer'
  | 'kafka-consumer-groups'
  | 'kafka-configs'
  | 'kafka-get-offsets'
  | 'kafka-delete-records'
  | 'kafka-log-dirs'
  | 'kafka-broker-api-versions'
  | 'kafka-cluster'
  | 'kafka-features'
  | 'kafka-metadata-quorum'

export interface Release {
  readonly version: string
  /** The class with the main method, of each tool that the release has and that can do without ZooKeeper. */
  readonly tools: Readonly<Partial<Record<ToolName, string>>>
  /** The options with which the console producer is told where the broker is. */
  readonly producerServerOptions: readonly ('--broker-list' | '--bootstrap-server')[]
  /** The same of `kafka-get-offsets`. */
  readonly offsetsServerOption: '--broker-list' | '--bootstrap-server'
  /** The options with which the console producer and consumer are told how to read and to print records. */
  readonly readerOption: '--property' | '--reader-property'
  readonly formatterOption: '--property' | '--formatter-property'
  /** Fetches the release's jars. */
  readonly jars: () => Promise<Jars>
}

/** A logger that says nothing, so that what a tool prints is what it means to print. */
const SILENT_LOGGER = 'org.slf4j:slf4j-nop:1.7.36'
const OTHER_LOGGERS = ['org.slf4j:slf4j-reload4j', 'org.slf4j:slf4j-log4j12']

const toolJars = (version: string, artifacts: readonly string[]) => (): Promise<Jars> =>
  mavenJars({
    name: `kafka-tools-${version}`,
    artifacts: [...artifacts.map(artifact => `org.apache.kafka:${artifact}:${version}`), SILENT_LOGGER],
    exclusions: OTHER_LOGGERS,
  })

const toolsInScala = {
  'kafka-topics': 'kafka.admin.TopicCommand',
  'kafka-console-producer': 'kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'kafka.tools.ConsoleConsumer',
  'kafka-consumer-groups': 'kafka.admin.ConsumerGroupCommand',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-get-offsets': 'kafka.tools.GetOffsetShell',
  'kafka-delete-records': 'kafka.admin.DeleteRecordsCommand',
  'kafka-log-dirs': 'kafka.admin.LogDirsCommand',
  'kafka-broker-api-versions': 'kafka.admin.BrokerApiVersionsCommand',
} as const

const optionsOf2 = {
  producerServerOptions: ['--broker-list'],
  offsetsServerOption: '--broker-list',
  readerOption: '--property',
  formatterOption: '--property',
} as const

const optionsOf3 = {
  producerServerOptions: ['--broker-list', '--bootstrap-server'],
  offsetsServerOption: '--bootstrap-server',
  readerOption: '--property',
  formatterOption: '--property',
} as const

/** The releases whose tools are tried: each tool moved from `core` to `tools` at a time of its own. */
export const releases: readonly Release[] = [
  { version: '2.2.0', tools: toolsInScala, ...optionsOf2, jars: toolJars('2.2.0', ['kafka_2.12']) },
  { version: '2.3.0', tools: toolsInScala, ...optionsOf2, jars: toolJars('2.3.0', ['kafka_2.12']) },
  {
    version: '3.3.1',
    tools: {
      ...toolsInScala,
      'kafka-cluster': 'kafka.tools.ClusterTool',
      'kafka-features': 'kafka.admin.FeatureCommand',
      'kafka-metadata-quorum': 'kafka.admin.MetadataQuorumCommand',
    },
    ...optionsOf3,
    jars: toolJars('3.3.1', ['kafka_2.13', 'kafka-tools']),
  },
  {
    version: '3.7.0',
    tools: {
      ...toolsInScala,
      'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
      'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
      'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
      'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
      'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
      'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
      'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
    },
    ...optionsOf3,
    jars: toolJars('3.7.0', ['kafka_2.13', 'kafka-tools']),
  },
  {
    version: ORACLE_VERSION,
    tools: {
      'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
      'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
      'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
      'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
      'kafka-configs': 'kafka.admin.ConfigCommand',
      'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
      'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
      'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
      'kafka-broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
      'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
      'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
      'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
    },
    producerServerOptions: ['--bootstrap-server'],
    offsetsServerOption: '--bootstrap-server',
    readerOption: '--reader-property',
    formatterOption: '--formatter-property',
    jars: oracleJars,
  },
]

/** Whether a release is of this version or newer: `isAtLeast(release, '3.3')`. */
export const isAtLeast = (release: Release, version: string): boolean => {
  const [major = 0, minor = 0] = release.version.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
