import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { type Jars, mavenJars } from './maven.ts'
import { type ProcessEnd, type ProcessGroup, runProcess, startProcessGroup } from './process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The project's root. */
export const projectFolder: string = resolve(import.meta.dirname, '..', '..')

/** The release of Apache Kafka that every suite must pass on, too. */
export const ORACLE_VERSION = '4.3.1'

/** The cluster id with which the oracle's directories are formatted. */
export const ORACLE_CLUSTER_ID = 'b3R0bGEtb3JhY2xlLTAwMQ'

/** Which broker a test runs on: this project's, or Apache Kafka as the oracle. */
export type Implementation = 'ottla' | 'apache'

/** The implementation that `OTTLA_TEST_BROKER` asks for; `ottla` where it is not set. */
export const testedImplementation = (): Implementation => {
  const { OTTLA_TEST_BROKER: value } = process.env
  if (!value || value === 'ottla') return 'ottla'
  if (value === 'apache') return 'apache'
  throw new Error(`OTTLA_TEST_BROKER is '${value}', not ottla or apache`)
}

/** The ports of a broker's two listeners on 127.0.0.1. */
export interface BrokerPorts {
  readonly broker: number
  readonly controller: number
}

export interface BrokerOptions {
  readonly implementation?: Implementation
  /**
   * `static` names the one voter in `controller.quorum.voters`, `dynamic` the bootstrap servers as Kafka's own
   * configuration file does (the oracle is then formatted with `--standalone`). Default: static.
   */
  readonly quorum?: 'static' | 'dynamic'
  /** Put over the generated properties; `undefined` takes a key away. */
  readonly properties?: Readonly<Record<string, string | undefined>>
  /** For `log.dirs`; kept after the stop. Without it a temporary folder, removed when this process ends. */
  readonly dataDirectory?: string
  /** Those of an earlier start, to start again in its place. Default: free ones. */
  readonly ports?: BrokerPorts
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Arguments behind the properties file, such as `--override key=value`. */
  readonly arguments?: readonly string[]
  readonly startTimeoutMs?: number
}

/** A broker that runs as a process of its own. */
export interface Broker {
  readonly implementation: Implementation
  readonly bootstrapServers: string
  readonly ports: BrokerPorts
  readonly pid: number
  readonly dataDirectory: string
  readonly propertiesFile: string
  readonly end: Promise<ProcessEnd>
  /**
   * SIGTERM, then waits for the end. Resolves to the exit code (a JVM's 143 after an orderly stop counts as 0) or to
   * `null` when a signal ended the process. One that has not ended after a minute is killed, which is an error.
   */
  stop(): Promise<number | null>
  /** SIGKILL to the process and all it started, then waits for the end. */
  kill(): Promise<void>
  /** All that the process has printed so far, standard output and standard error as they came. */
  log(): string
}

const START_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 60_000
const PROBE_TIMEOUT_MS = 5_000

const brokerProperties = (
  { ports, dataDirectory }: { ports: BrokerPorts; dataDirectory: string },
  { quorum, properties: overrides }: BrokerOptions,
): Record<string, string> => {
  const controller = `127.0.0.1:${ports.controller}`
  const properties: Record<string, string | undefined> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    ...(quorum === 'dynamic'
      ? { 'controller.quorum.bootstrap.servers': controller }
      : { 'controller.quorum.voters': `1@${controller}` }),
    listeners: `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.broker}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataDirectory,
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...overrides,
  }
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** `key=value` lines in which `java.util.Properties` reads back what was written. */
const formatProperties = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('')

/** The oracle's jars: server, tools and a logger that prints to standard error. */
export const oracleJars = (): Promise<Jars> =>
  mavenJars({
    name: `kafka-server-${ORACLE_VERSION}`,
    artifacts: [
      `org.apache.kafka:kafka_2.13:${ORACLE_VERSION}`,
      `org.apache.kafka:kafka-tools:${ORACLE_VERSION}`,
      'org.slf4j:slf4j-simple:1.7.36',
    ],
  })

/** JVM flags for short-lived processes on a small machine. */
const JVM_FLAGS = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m']

const formatOracle = async (
  jars: Jars,
  { propertiesFile, dynamicQuorum }: { propertiesFile: string; dynamicQuorum: boolean },
): Promise<void> => {
  const { code, stdout, stderr } = await runProcess('java', [
    ...JVM_FLAGS,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ...['-cp', jars.classPath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted'],
    ...['-t', ORACLE_CLUSTER_ID, '-c', propertiesFile, ...(dynamicQuorum ? ['--standalone'] : [])],
  ])
  if (code !== 0) throw new Error(`Apache Kafka could not format:\n${stdout}${stderr}`)
}

const launch = async (
  implementation: Implementation,
  {
    propertiesFile,
    properties,
    options,
  }: { propertiesFile: string; properties: Readonly<Record<string, string>>; options: BrokerOptions },
): Promise<ProcessGroup> => {
  const more = options.arguments ?? []
  if (implementation === 'ottla') {
    const script = join(projectFolder, 'bin', 'kafka-server-start.sh')
    if (!existsSync(script)) throw new Error(`there is no ${script} yet`)
    return startProcessGroup(script, [propertiesFile, ...more], { cwd: options.cwd, env: options.env })
  }
  const jars = await oracleJars()
  const folders = (properties['log.dirs'] ?? '').split(',')
  if (folders.some(folder => !existsSync(join(folder, 'meta.properties')))) {
    await formatOracle(jars, { propertiesFile, dynamicQuorum: !properties['controller.quorum.voters'] })
  }
  const args = [...JVM_FLAGS, '-cp', jars.classPath, 'kafka.Kafka', propertiesFile, ...more]
  return startProcessGroup('java', args, { cwd: options.cwd, env: options.env })
}

/** Length 17, ApiVersions (18) version 0, correlation id 1, client id `harness`. */
const API_VERSIONS_REQUEST = Buffer.from(
  '00000011' + '0012' + '0000' + '00000001' + '0007' + '6861726e657373',
  'hex',
)

/** Whether a broker answers ApiVersions on a port of 127.0.0.1 without an error. */
const answersApiVersions = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    const settle = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    let received = Buffer.alloc(0)
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(false))
    socket.on('error', () => settle(false))
    socket.on('close', () => settle(false))
    socket.on('connect', () => socket.write(API_VERSIONS_REQUEST))
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      // Size, correlation id and error code.
      if (received.length >= 10) settle(received.readInt32BE(4) === 1 && received.readInt16BE(8) === 0)
    })
  })

const waitUntilReady = async (
  group: ProcessGroup,
  { port, timeoutMs, log }: { port: number; timeoutMs: number; log: () => string },
): Promise<void> => {
  const deadline = Date.now() + timeoutMs
  let end: ProcessEnd | undefined
  void group.end.then(reached => {
    end = reached
  })
  while (!(await answersApiVersions(port))) {
    if (end) throw new Error(`the broker ended with ${end.signal ?? end.code} before it was ready:\n${log()}`)
    if (Date.now() > deadline) {
      group.killGroup()
      throw new Error(`the broker did not answer ApiVersions within ${timeoutMs} ms:\n${log()}`)
    }
    await delay(20)
  }
}

const stopGroup = async (group: ProcessGroup, implementation: Implementation): Promise<number | null> => {
  try {
    process.kill(group.pid, 'SIGTERM')
  } catch {
    // It has ended already.
  }
  let late = false
  const timer = setTimeout(() => {
    late = true
    group.killGroup()
  }, STOP_TIMEOUT_MS)
  const { code } = await group.end
  clearTimeout(timer)
  if (late) throw new Error(`the broker did not stop within ${STOP_TIMEOUT_MS} ms of SIGTERM`)
  return implementation === 'apache' && code === 143 ? 0 : code
}

/**
 * Starts a broker on free ports of 127.0.0.1 and waits until it answers ApiVersions. One that ends before that, or is
 * not ready in time, is an error that carries its log.
 */
export const startBroker = async (options: BrokerOptions = {}): Promise<Broker> => {
  const implementation = options.implementation ?? testedImplementation()
  const ports = options.ports ?? { broker: await freePort(), controller: await freePort() }
  const dataDirectory = options.dataDirectory ?? temporaryFolder('data')
  const properties = brokerProperties({ ports, dataDirectory }, options)
  const configFolder = temporaryFolder('config')
  const propertiesFile = join(configFolder, 'server.properties')
  writeFileSync(propertiesFile, formatProperties(properties))

  const group = await launch(implementation, { propertiesFile, properties, options })
  const chunks: Buffer[] = []
  group.child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  group.child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  group.child.stdin?.end()
  const log = (): string => Buffer.concat(chunks).toString()
  const timeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS
  await waitUntilReady(group, { port: ports.broker, timeoutMs, log })

  return {
    implementation,
    bootstrapServers: `127.0.0.1:${ports.broker}`,
    ports,
    pid: group.pid,
    dataDirectory,
    propertiesFile,
    end: group.end,
    stop: () => stopGroup(group, implementation),
    kill: async () => {
      group.killGroup()
      await group.end
    },
    log,
  }
}

/** The cluster id in a data directory's `meta.properties`. */
export const clusterIdOf = (dataDirectory: string): string => {
  const text = readFileSync(join(dataDirectory, 'meta.properties'), 'utf8')
  const id = /^cluster\.id=(.+)$/m.exec(text)?.[1]
  if (id === undefined) throw new Error(`there is no cluster.id in ${dataDirectory}/meta.properties`)
  return id
}
