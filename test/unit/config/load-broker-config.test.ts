import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config-error.ts'
import { loadBrokerConfig, withDynamicConfigs } from '../../../src/config/load-broker-config.ts'
import { load, PLACE } from './minimal-texts.ts'

const problem = (changes: Readonly<Record<string, string | undefined>>): string => {
  try {
    load(changes)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

describe('a broker configuration', () => {
  test('has the defaults of Apache Kafka where the file says nothing', () => {
    expect(load()).toMatchObject({
      nodeId: 1,
      isBroker: true,
      isController: true,
      numPartitions: 1,
      socketRequestMaxBytes: 104_857_600,
      connectionsMaxIdleMs: 600_000,
      groupInitialRebalanceDelayMs: 3000,
      offsetsTopicNumPartitions: 50,
      producerIdExpirationMs: 86_400_000,
      logDirs: ['/tmp/kafka-logs'],
      metadataLogDir: '/tmp/kafka-logs',
      brokerRack: undefined,
      flushMode: 'durable',
      ignoredKeys: [],
    })
  })

  test('takes relative directories from the place that it is told', () => {
    const config = load({ 'log.dirs': 'data,/var/log/kafka', 'metadata.log.dir': 'meta' })
    expect(config.logDirs).toEqual(['/srv/ottla/data', '/var/log/kafka'])
    expect(config.metadataLogDir).toBe('/srv/ottla/meta')
  })

  test('knows log.dir as the older name of log.dirs, which counts more', () => {
    expect(load({ 'log.dir': '/a' }).logDirs).toEqual(['/a'])
    expect(load({ 'log.dir': '/a', 'log.dirs': '/b,/c' }).logDirs).toEqual(['/b', '/c'])
  })

  test('knows broker.id as the older name of node.id', () => {
    expect(load({ 'node.id': undefined, 'broker.id': '7' }).nodeId).toBe(7)
    expect(problem({ 'broker.id': '7' })).toContain('node.id is 1 but broker.id is 7')
  })

  test('gives numbers without limit as undefined', () => {
    const config = load({
      'connections.max.idle.ms': '-1',
      'metadata.max.retention.bytes': '-1',
      'metadata.max.idle.interval.ms': '0',
      'metadata.log.max.snapshot.interval.ms': '0',
    })
    expect(config.connectionsMaxIdleMs).toBeUndefined()
    expect(config.metadataMaxRetentionBytes).toBeUndefined()
    expect(config.metadataMaxIdleIntervalMs).toBeUndefined()
    expect(config.metadataLogMaxSnapshotIntervalMs).toBeUndefined()
  })

  test('reads the voters of a fixed quorum', () => {
    const config = load({
      'controller.quorum.bootstrap.servers': undefined,
      'controller.quorum.voters': '1@[::1]:9093',
    })
    expect(config.controllerQuorumVoters).toEqual([{ nodeId: 1, host: '::1', port: 9093 }])
    expect(config.controllerQuorumBootstrapServers).toEqual([])
  })

  test('has room for one request of the largest size unless it is told otherwise', () => {
    expect(load().requestBufferBytes).toBe(134_217_728)
    expect(load({ 'socket.request.max.bytes': '300000000' }).requestBufferBytes).toBe(300_000_000)
    expect(load({ 'queued.max.request.bytes': '200000000' }).requestBufferBytes).toBe(200_000_000)
    expect(problem({ 'queued.max.request.bytes': '1000' })).toContain('queued.max.request.bytes (1000)')
    expect(problem({ 'ottla.request.buffer.bytes': '2000000' })).toContain('ottla.request.buffer.bytes')
  })

  test('reads limits for single addresses', () => {
    const { maxConnectionsPerIpOverrides } = load({
      'max.connections.per.ip.overrides': '10.0.0.1:5, ::1:7,host.name:9',
    })
    expect([...maxConnectionsPerIpOverrides]).toEqual([
      ['10.0.0.1', 5],
      ['::1', 7],
      ['host.name', 9],
    ])
    expect(problem({ 'max.connections.per.ip.overrides': '10.0.0.1' })).toContain("'10.0.0.1'")
  })

  test('names the keys that Kafka knows and that have no effect here', () => {
    const config = load({
      'num.io.threads': '8',
      'zookeeper.connect': 'localhost:2181',
      'super.users': 'User:admin',
      'listener.name.plaintext.max.connections': '5',
      'leader.replication.throttled.rate': '5',
    })
    expect(config.ignoredKeys.map(({ key }) => key)).toEqual([
      'num.io.threads',
      'zookeeper.connect',
      'super.users',
      'listener.name.plaintext.max.connections',
      'leader.replication.throttled.rate',
    ])
    expect(config.ignoredKeys.every(({ reason }) => reason.length > 0)).toBe(true)
  })

  test('takes what is set at run time over the file, and leaves out what it cannot read', () => {
    const config = load({ 'max.connections': '10', 'log.retention.hours': '1', 'log.dirs': '/d' })
    const changed = withDynamicConfigs(config, {
      dynamicDefault: new Map([
        ['max.connections', '20'],
        ['log.retention.ms', '5'],
        ['max.connections.per.ip.overrides', 'nonsense'],
      ]),
      dynamicBroker: new Map([['max.connections', 'many']]),
    })
    expect(changed.maxConnections).toBe(20)
    expect(changed.topicDefaults.retentionMs).toBe(5)
    expect(changed.maxConnectionsPerIpOverrides.size).toBe(0)
    expect(changed).toMatchObject({ logDirs: ['/d'], listeners: config.listeners, nodeId: 1 })
    expect(config.maxConnections).toBe(10)
  })
})

describe('the one line for a wrong configuration', () => {
  test.each([
    [{ 'log.dir.s': '/a' }, 'unknown configuration key log.dir.s: did you mean log.dirs?'],
    [{ 'num.partition': '1' }, 'unknown configuration key num.partition: did you mean num.partitions?'],
    [{ 'nmu.partitions': '1' }, 'unknown configuration key nmu.partitions: did you mean num.partitions?'],
    [
      { 'retention.ms': '1' },
      'unknown configuration key retention.ms: retention.ms belongs to topics; for the broker it is log.retention.ms',
    ],
    [
      { 'remote.storage.enable': 'true' },
      'unknown configuration key remote.storage.enable: remote.storage.enable belongs to topics: set it with kafka-configs.sh',
    ],
    [
      { 'entirely.different': '1' },
      'unknown configuration key entirely.different: take it out, or correct its name',
    ],
    [
      { 'num.partitions': 'three' },
      'Invalid value three for configuration num.partitions: Not a number of type INT; correct it (the default is 1)',
    ],
    [
      { 'num.partitions': '0' },
      'Invalid value 0 for configuration num.partitions: Value must be at least 1; correct it (the default is 1)',
    ],
    [
      { 'ottla.flush.mode': 'sometimes' },
      'Invalid value sometimes for configuration ottla.flush.mode: String must be one of: durable, lazy; correct it (the default is durable)',
    ],
    [
      { 'process.roles': undefined, 'zookeeper.connect': 'localhost' },
      'process.roles is missing and has no default: add process.roles=broker,controller (a file for ZooKeeper mode has no such line)',
    ],
    [{ 'node.id': undefined }, 'node.id is missing and has no default: add node.id=1'],
    [
      { 'controller.quorum.bootstrap.servers': undefined },
      'the controller quorum cannot be found: set controller.quorum.bootstrap.servers to host:port of the CONTROLLER listener',
    ],
    [
      { 'controller.quorum.voters': '2@127.0.0.1:9093' },
      'controller.quorum.voters lacks this controller, node 1: add 1@host:port',
    ],
    [
      { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer' },
      'authorizer.class.name cannot be used (Java classes cannot be loaded): take it out',
    ],
    [
      { 'offsets.topic.compression.codec': '9' },
      'offsets.topic.compression.codec 9 is unknown: use 0 (none), 1 (gzip), 2 (snappy), 3 (lz4) or 4 (zstd)',
    ],
    [
      { 'log.retention.ms': '0' },
      'log.retention.ms must be unlimited (-1) or, greater than or equal to 1: correct it',
    ],
    [{ 'log.roll.ms': '0' }, 'log.roll.ms must be greater than or equal to 1: correct it'],
    [
      { 'connections.max.idle.ms': '50' },
      'connection.failed.authentication.delay.ms (100) must be less than connections.max.idle.ms (50): lower it',
    ],
    [
      { 'broker.heartbeat.interval.ms': '5000' },
      'broker.heartbeat.interval.ms (5000) must be at most half of broker.session.timeout.ms (9000): lower it',
    ],
  ])('%j: %s', (changes, message) => {
    expect(problem(changes)).toBe(message)
  })

  test('a key that may only have its default may be written with it', () => {
    expect(problem({ 'authorizer.class.name': '', 'remote.log.storage.system.enable': 'false' })).toBe('none')
  })

  test.each(['SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])(
    'a listener with %s is refused, not opened without it',
    protocol => {
      expect(
        problem({
          listeners: `SAFE://:9092,CONTROLLER://:9093`,
          'listener.security.protocol.map': `SAFE:${protocol},CONTROLLER:PLAINTEXT`,
        }),
      ).toContain(`the listener SAFE asks for ${protocol}, which is not there yet`)
    },
  )

  test('a secret is never repeated', () => {
    expect(problem({ 'delegation.token.secret.key': 'hunter2' })).not.toContain('hunter2')
  })

  test.each(['__proto__', 'constructor', 'toString'])('%s is a key like any other', key => {
    expect(() => loadBrokerConfig(new Map([[key, '1']]), PLACE)).toThrow(`unknown configuration key ${key}:`)
  })
})
