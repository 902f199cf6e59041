import { describe, expect, test } from 'vitest'
import { environmentSettings, withEnvironment } from '../../../src/cli/environment-config.ts'

const settings = (environment: Readonly<Record<string, string>>) =>
  Object.fromEntries(environmentSettings(environment))

describe('settings from the environment', () => {
  test('turn one underscore into a dot, two into an underscore, three into a dash', () => {
    expect(
      settings({
        KAFKA_LOG_RETENTION_MS: '5',
        KAFKA_A__B: 'x',
        KAFKA_A___B: 'y',
        'KAFKA_LISTENER_NAME_SECURE_SCRAM-SHA-256_SASL_JAAS_CONFIG': 'z',
        KAFKA_LISTENER_NAME_INTERNAL_SCRAM___SHA___256_SASL_JAAS_CONFIG: 'w',
      }),
    ).toEqual({
      'log.retention.ms': '5',
      a_b: 'x',
      'a-b': 'y',
      'listener.name.secure.scram-sha-256.sasl.jaas.config': 'z',
      'listener.name.internal.scram-sha-256.sasl.jaas.config': 'w',
    })
  })

  test('are those that begin with KAFKA_ alone', () => {
    expect(settings({ PATH: '/bin', CLUSTER_ID: 'x', MY_KAFKA_NODE_ID: '1' })).toEqual({})
  })

  test('leave out what steers the JVM of Apache Kafka', () => {
    const names = [
      'KAFKA_VERSION',
      'KAFKA_HEAP_OPTS',
      'KAFKA_LOG4J_OPTS',
      'KAFKA_OPTS',
      'KAFKA_JMX_OPTS',
      'KAFKA_JMX_PORT',
      'KAFKA_JMX_HOSTNAME',
      'KAFKA_JVM_PERFORMANCE_OPTS',
      'KAFKA_GC_LOG_OPTS',
      'KAFKA_TOOLS_LOG4J_LOGLEVEL',
    ]
    expect(settings(Object.fromEntries(names.map(name => [name, 'x'])))).toEqual({})
  })

  test('take the levels of loggers', () => {
    expect(
      settings({ KAFKA_LOG4J_ROOT_LOGLEVEL: 'WARN', KAFKA_LOG4J_LOGGERS: 'kafka.server=DEBUG' }),
    ).toEqual({ 'ottla.log.level': 'WARN', 'ottla.log.loggers': 'kafka.server=DEBUG' })
  })

  test.each([
    ['KAFKA_PORT', 'tcp://10.96.0.1:9092'],
    ['KAFKA_PORT_9092_TCP', 'tcp://10.96.0.1:9092'],
    ['KAFKA_PORT_9092_TCP_ADDR', '10.96.0.1'],
    ['KAFKA_PORT_9092_TCP_PORT', '9092'],
    ['KAFKA_PORT_9092_TCP_PROTO', 'tcp'],
    ['KAFKA_SERVICE_HOST', '10.96.0.1'],
    ['KAFKA_SERVICE_PORT', '9092'],
    ['KAFKA_SERVICE_PORT_CLIENT', '9092'],
    ['KAFKA_UI_SERVICE_HOST', '10.96.0.2'],
    ['KAFKA_UI_PORT', 'tcp://10.96.0.2:8080'],
    ['KAFKA_UI_PORT_8080_UDP', 'udp://10.96.0.2:8080'],
  ])('leave out %s=%s, which Kubernetes makes of a service called kafka', (name, value) => {
    expect(settings({ [name]: value })).toEqual({})
  })

  test('keep a key that merely looks like one of those', () => {
    expect(
      settings({ KAFKA_SOCKET_REQUEST_MAX_BYTES: '1', KAFKA_CONTROLLER_SOCKET_TIMEOUT_MS: '2' }),
    ).toEqual({
      'socket.request.max.bytes': '1',
      'controller.socket.timeout.ms': '2',
    })
  })
})

describe('the environment over the defaults of an image', () => {
  const DEFAULTS = new Map([
    ['node.id', '1'],
    ['listeners', 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093'],
    ['advertised.listeners', 'PLAINTEXT://localhost:9092'],
    ['controller.listener.names', 'CONTROLLER'],
    ['controller.quorum.bootstrap.servers', '127.0.0.1:9093'],
    ['log.dirs', '/data'],
  ])
  const over = (set: Readonly<Record<string, string>>) =>
    Object.fromEntries(withEnvironment(DEFAULTS, new Map(Object.entries(set))))

  test('keeps the defaults that it does not name', () => {
    expect(over({ 'num.partitions': '3' })).toEqual({
      ...Object.fromEntries(DEFAULTS),
      'num.partitions': '3',
    })
  })

  test('takes away a default of the same meaning', () => {
    const changed = over({
      'broker.id': '7',
      'log.dir': '/d',
      'controller.quorum.voters': '7@localhost:9093',
    })
    expect(changed).not.toHaveProperty('node.id')
    expect(changed).not.toHaveProperty('log.dirs')
    expect(changed).not.toHaveProperty(['controller.quorum.bootstrap.servers'])
  })

  test('opens what is advertised where nothing else is said', () => {
    expect(over({ 'advertised.listeners': 'PLAINTEXT://example.org:19092' })['listeners']).toBe(
      'PLAINTEXT://0.0.0.0:19092,CONTROLLER://127.0.0.1:9093',
    )
    expect(over({ 'advertised.listeners': 'A://h:1, B://[::1]:2' })['listeners']).toBe(
      'A://0.0.0.0:1,B://0.0.0.0:2,CONTROLLER://127.0.0.1:9093',
    )
  })

  test('does not advertise a default address for other listeners', () => {
    const changed = over({ listeners: 'PLAINTEXT://:19092,CONTROLLER://:9093' })
    expect(changed['listeners']).toBe('PLAINTEXT://:19092,CONTROLLER://:9093')
    expect(changed).not.toHaveProperty(['advertised.listeners'])
  })
})
