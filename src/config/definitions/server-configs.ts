import {
  anyList,
  atLeast,
  bool,
  className,
  clusterWide,
  ignored,
  int,
  internal,
  LONG_MAX,
  list,
  long,
  nonEmptyList,
  REQUIRED,
  refused,
  string,
} from '../define.ts'

const ONE_EVENT_LOOP = 'one event loop does this work and needs no pool of threads'
const NO_PLUGINS = 'Java classes cannot be loaded'

/** The node itself: who it is, what it serves, and its general limits. */
export const SERVER_CONFIGS = {
  'process.roles': list(
    REQUIRED,
    'HIGH',
    'What this node does: broker, controller or both.',
    nonEmptyList('broker', 'controller'),
  ),
  'node.id': int(REQUIRED, 'HIGH', 'The number of this node, unique in the cluster.', atLeast(0)),
  'broker.id': int(-1, 'HIGH', 'Older name of node.id; when both are set they must be equal.'),
  'broker.rack': string(null, 'MEDIUM', 'Where this broker stands; replicas are spread over racks.'),
  'broker.heartbeat.interval.ms': int(
    2000,
    'MEDIUM',
    'How often a broker tells the controller that it is alive.',
  ),
  'broker.session.timeout.ms': int(
    9000,
    'MEDIUM',
    'A broker that the controller has not heard of for so long is fenced.',
  ),
  'initial.broker.registration.timeout.ms': int(
    60_000,
    'MEDIUM',
    'A starting broker gives up when the controller has not registered it by then.',
  ),
  'request.timeout.ms': int(30_000, 'HIGH', 'How long a request to another node may take.'),
  'auto.create.topics.enable': bool(
    true,
    'HIGH',
    'Makes a topic when a client asks for one that does not exist.',
  ),
  'delete.topic.enable': bool(true, 'HIGH', 'Whether topics may be deleted at all.'),
  'num.partitions': int(1, 'MEDIUM', 'Partitions of a new topic that does not say how many.', atLeast(1)),
  'fetch.max.bytes': int(
    57_671_680,
    'MEDIUM',
    'Most bytes that one fetch response carries; its first batch always fits.',
    atLeast(1024),
  ),
  'max.incremental.fetch.session.cache.slots': int(
    1000,
    'MEDIUM',
    'Most incremental fetch sessions that are remembered.',
    atLeast(0),
  ),
  'max.request.partition.size.limit': int(
    2000,
    'MEDIUM',
    'Most partitions in one answer to DescribeTopicPartitions.',
    atLeast(1),
  ),
  'controlled.shutdown.enable': bool(
    true,
    'MEDIUM',
    'Whether a stopping broker first hands its partitions over to others.',
  ),
  ...clusterWide({
    'message.max.bytes': int(
      1_048_588,
      'HIGH',
      'Default of the topic key max.message.bytes: the largest record batch that is taken.',
      atLeast(0),
    ),
  }),
  ...refused(NO_PLUGINS, {
    'authorizer.class.name': string('', 'LOW', 'The class that decides who may do what.', {
      kind: 'non-null',
    }),
    'create.topic.policy.class.name': className(null, 'LOW', 'A class that may refuse new topics.'),
    'alter.config.policy.class.name': className(
      null,
      'LOW',
      'A class that may refuse changes of configuration.',
    ),
  }),
  ...refused('values are read as they stand, placeholders are not filled in', {
    ...clusterWide({
      'config.providers': list('', 'LOW', 'Names of providers that fill placeholders in values.', anyList()),
    }),
  }),
  ...clusterWide({
    'num.recovery.threads.per.data.dir': int(
      2,
      'HIGH',
      'Logs of a data directory that are recovered at once at the start.',
      atLeast(1),
    ),
  }),
  ...ignored(ONE_EVENT_LOOP, {
    ...clusterWide({
      'background.threads': int(10, 'HIGH', 'Threads for background work.', atLeast(1)),
      'num.io.threads': int(8, 'HIGH', 'Threads that handle requests.', atLeast(1)),
    }),
    'num.replica.alter.log.dirs.threads': int(
      null,
      'HIGH',
      'Threads that move replicas between directories.',
    ),
  }),
  ...ignored('waiting requests are removed when they are answered, nothing has to be purged', {
    'delete.records.purgatory.purge.interval.requests': int(
      1,
      'MEDIUM',
      'Answered DeleteRecords requests between two purges.',
    ),
    'fetch.purgatory.purge.interval.requests': int(1000, 'MEDIUM', 'Answered fetches between two purges.'),
    'producer.purgatory.purge.interval.requests': int(
      1000,
      'MEDIUM',
      'Answered produces between two purges.',
    ),
    'share.fetch.purgatory.purge.interval.requests': int(
      1000,
      'MEDIUM',
      'Answered share fetches between two purges.',
    ),
  }),
  ...internal({
    ...ignored('only stable versions are served', {
      'unstable.api.versions.enable': bool(
        false,
        'HIGH',
        'Offers versions of requests that may still change.',
      ),
      'unstable.feature.versions.enable': bool(false, 'HIGH', 'Allows feature levels that may still change.'),
    }),
    ...ignored('the start has no time limit of its own', {
      'server.max.startup.time.ms': long(
        LONG_MAX,
        'MEDIUM',
        'Longest time that the start may take.',
        atLeast(0),
      ),
    }),
  }),
} as const
