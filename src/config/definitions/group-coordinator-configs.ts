import {
  atLeast,
  clusterWide,
  INT_MAX,
  ignored,
  int,
  internal,
  list,
  long,
  nonEmptyList,
  oneOfIgnoringCase,
  short,
  string,
} from '../define.ts'

/** Consumer groups and their committed offsets. */
export const GROUP_COORDINATOR_CONFIGS = {
  'group.initial.rebalance.delay.ms': int(
    3000,
    'MEDIUM',
    'A new group waits so long for more members before it first shares out its partitions.',
  ),
  'group.min.session.timeout.ms': int(6000, 'MEDIUM', 'Shortest session time-out that a member may ask for.'),
  'group.max.session.timeout.ms': int(
    1_800_000,
    'MEDIUM',
    'Longest session time-out that a member may ask for.',
  ),
  'group.max.size': int(INT_MAX, 'MEDIUM', 'Most members of a group.', atLeast(1)),
  'offset.metadata.max.bytes': int(4096, 'HIGH', 'Longest note that a client may commit with an offset.'),
  'offsets.commit.timeout.ms': int(
    5000,
    'HIGH',
    'How long a commit may wait until its replicas have it.',
    atLeast(1),
  ),
  'offsets.load.buffer.size': int(
    5_242_880,
    'HIGH',
    'Bytes read at once when groups are loaded.',
    atLeast(1),
  ),
  'offsets.retention.check.interval.ms': long(
    600_000,
    'HIGH',
    'How often offsets are looked at for expiry.',
    atLeast(1),
  ),
  'offsets.retention.minutes': int(
    10_080,
    'HIGH',
    'Offsets of a group without members expire after so long.',
    atLeast(1),
  ),
  'offsets.topic.compression.codec': int(
    0,
    'HIGH',
    'How __consumer_offsets is compressed: 0 not, 1 gzip, 2 snappy, 3 lz4, 4 zstd.',
  ),
  'offsets.topic.num.partitions': int(50, 'HIGH', 'Partitions of __consumer_offsets.', atLeast(1)),
  'offsets.topic.replication.factor': short(3, 'HIGH', 'Replicas of __consumer_offsets.', atLeast(1)),
  'offsets.topic.segment.bytes': int(104_857_600, 'HIGH', 'segment.bytes of __consumer_offsets.', atLeast(1)),
  ...ignored('one event loop coordinates all groups', {
    'group.coordinator.threads': int(4, 'HIGH', 'Threads that handle requests of groups.', atLeast(1)),
    'group.coordinator.background.threads': int(
      2,
      'HIGH',
      'Threads for background work of groups.',
      atLeast(1),
    ),
  }),
  ...ignored('writes are grouped by the log', {
    'group.coordinator.append.linger.ms': int(
      -1,
      'MEDIUM',
      'How long a record may wait for others before it is written; -1: as load asks.',
      atLeast(-1),
    ),
    ...clusterWide({
      'group.coordinator.cached.buffer.max.bytes': int(
        1_048_588,
        'MEDIUM',
        'Largest write buffer that is kept for reuse.',
        atLeast(524_288),
      ),
    }),
  }),
  ...ignored('only the classic group protocol is there so far', {
    'group.coordinator.rebalance.protocols': list(
      'classic,consumer,streams',
      'MEDIUM',
      'Which group protocols are offered.',
      nonEmptyList('consumer', 'classic', 'share', 'streams'),
    ),
    ...clusterWide({
      'group.consumer.assignment.interval.ms': int(
        1000,
        'MEDIUM',
        'Shortest time between two assignments of a group.',
        atLeast(0),
      ),
    }),
    'group.consumer.min.assignment.interval.ms': int(
      0,
      'MEDIUM',
      'Least that a group may set for it.',
      atLeast(0),
    ),
    'group.consumer.max.assignment.interval.ms': int(
      15_000,
      'MEDIUM',
      'Most that a group may set for it.',
      atLeast(0),
    ),
    'group.consumer.assignors': list(
      'uniform,range',
      'MEDIUM',
      'The assignors of the consumer protocol; the first is the default.',
      nonEmptyList(),
    ),
    'group.consumer.heartbeat.interval.ms': int(
      5000,
      'MEDIUM',
      'How often a member sends a heartbeat.',
      atLeast(1),
    ),
    'group.consumer.min.heartbeat.interval.ms': int(
      5000,
      'MEDIUM',
      'Least that a group may set for it.',
      atLeast(1),
    ),
    'group.consumer.max.heartbeat.interval.ms': int(
      15_000,
      'MEDIUM',
      'Most that a group may set for it.',
      atLeast(1),
    ),
    'group.consumer.session.timeout.ms': int(
      45_000,
      'MEDIUM',
      'A member that is silent for so long is removed.',
      atLeast(1),
    ),
    'group.consumer.min.session.timeout.ms': int(
      45_000,
      'MEDIUM',
      'Least that a group may set for it.',
      atLeast(1),
    ),
    'group.consumer.max.session.timeout.ms': int(
      60_000,
      'MEDIUM',
      'Most that a group may set for it.',
      atLeast(1),
    ),
    'group.consumer.max.size': int(INT_MAX, 'MEDIUM', 'Most members of a group.', atLeast(1)),
    'group.consumer.migration.policy': string(
      'bidirectional',
      'MEDIUM',
      'Whether a group may change between the classic and the consumer protocol while it has members.',
      oneOfIgnoringCase('DISABLED', 'DOWNGRADE', 'UPGRADE', 'BIDIRECTIONAL'),
    ),
    ...internal({
      'group.consumer.regex.refresh.interval.ms': int(
        600_000,
        'MEDIUM',
        'How often topics are matched anew with subscribed patterns.',
        atLeast(10_000),
      ),
    }),
  }),
} as const
