import {
  anyList,
  atLeast,
  clusterWide,
  INT_MAX,
  ignored,
  int,
  list,
  long,
  nonEmptyList,
  perBroker,
  REQUIRED,
  string,
} from '../define.ts'

const PROTOCOLS = 'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT'

/** Listeners, connections and the bytes that may be on their way. */
export const NETWORK_CONFIGS = {
  ...perBroker({
    listeners: list(
      'PLAINTEXT://:9092',
      'HIGH',
      'Where this node listens, as NAME://host:port, comma-separated; no host means every interface.',
      nonEmptyList(),
    ),
    'listener.security.protocol.map': string(
      PROTOCOLS,
      'LOW',
      'The security protocol of each listener name, as NAME:PROTOCOL, comma-separated.',
    ),
  }),
  'advertised.listeners': list(
    null,
    'HIGH',
    'The addresses that clients are told, where they differ from listeners.',
    nonEmptyList(),
  ),
  'controller.listener.names': list(
    REQUIRED,
    'HIGH',
    'The listeners that serve the controller quorum.',
    nonEmptyList(),
  ),
  'inter.broker.listener.name': string(null, 'MEDIUM', 'The listener that other brokers use.'),
  'socket.request.max.bytes': int(104_857_600, 'HIGH', 'A longer request closes its connection.', atLeast(1)),
  'connections.max.idle.ms': long(600_000, 'MEDIUM', 'A connection without requests for so long is closed.'),
  'connection.failed.authentication.delay.ms': int(
    100,
    'LOW',
    'A failed login is answered after so long, so that guessing is slow.',
    atLeast(0),
  ),
  'queued.max.request.bytes': long(
    -1,
    'MEDIUM',
    'Most bytes of requests in work at once; -1: ottla.request.buffer.bytes.',
  ),
  'socket.listen.backlog.size': int(50, 'MEDIUM', 'Connections that may wait to be accepted.', atLeast(1)),
  ...clusterWide({
    'max.connections': int(INT_MAX, 'MEDIUM', 'Most connections to this broker at once.', atLeast(0)),
    'max.connections.per.ip': int(
      INT_MAX,
      'MEDIUM',
      'Most connections from one address at once.',
      atLeast(0),
    ),
    'max.connections.per.ip.overrides': string(
      '',
      'MEDIUM',
      'Other limits for certain addresses, as address:count, comma-separated.',
    ),
    ...ignored('the rate of new connections is not limited yet', {
      'max.connection.creation.rate': int(INT_MAX, 'MEDIUM', 'Most new connections in a second.', atLeast(0)),
    }),
    ...ignored('one event loop serves all connections', {
      'num.network.threads': int(3, 'HIGH', 'Threads that read and write connections.', atLeast(1)),
    }),
  }),
  ...ignored('all listeners open once the broker is ready', {
    'early.start.listeners': list(null, 'HIGH', 'Listeners that open before the others.', anyList()),
  }),
  ...ignored('requests in work are bounded by their bytes (queued.max.request.bytes)', {
    'queued.max.requests': int(
      500,
      'HIGH',
      'Requests that wait before connections are no longer read.',
      atLeast(1),
    ),
  }),
  ...ignored('the system chooses the size of its socket buffers', {
    'socket.receive.buffer.bytes': int(
      102_400,
      'HIGH',
      'Receive buffer of a connection; -1: the system decides.',
    ),
    'socket.send.buffer.bytes': int(102_400, 'HIGH', 'Send buffer of a connection; -1: the system decides.'),
  }),
  ...ignored('no connection to another node is made yet', {
    'socket.connection.setup.timeout.ms': long(
      10_000,
      'MEDIUM',
      'How long connecting to another node may take.',
    ),
    'socket.connection.setup.timeout.max.ms': long(
      30_000,
      'MEDIUM',
      'Upper bound of that time, which grows with each failure.',
    ),
  }),
} as const
