import { atLeast, bool, ignored, int, oneOf, string } from '../define.ts'

/** What can be set for one group (KIP-848, KIP-932, KIP-1071). */
export const GROUP_CONFIGS = {
  ...ignored('only the classic group protocol is there so far', {
    'consumer.assignment.interval.ms': int(
      1000,
      'MEDIUM',
      'Shortest time between two assignments.',
      atLeast(0),
    ),
    'consumer.heartbeat.interval.ms': int(
      5000,
      'MEDIUM',
      'How often a member sends a heartbeat.',
      atLeast(1),
    ),
    'consumer.session.timeout.ms': int(
      45_000,
      'MEDIUM',
      'A member that is silent for so long is removed.',
      atLeast(1),
    ),
  }),
  ...ignored('share groups are not there yet', {
    'share.assignment.interval.ms': int(1000, 'MEDIUM', 'Shortest time between two assignments.', atLeast(0)),
    'share.auto.offset.reset': string(
      'latest',
      'MEDIUM',
      'Where a new share group starts: latest, earliest or by_duration: and an ISO duration.',
      { kind: 'offset-reset' },
    ),
    'share.delivery.count.limit': int(5, 'MEDIUM', 'How often a record is handed out at most.', atLeast(2)),
    'share.heartbeat.interval.ms': int(5000, 'MEDIUM', 'How often a member sends a heartbeat.', atLeast(1)),
    'share.isolation.level': string(
      'read_uncommitted',
      'MEDIUM',
      'Whether records of open and aborted transactions are handed out.',
      oneOf('read_committed', 'read_uncommitted'),
    ),
    'share.partition.max.record.locks': int(
      2000,
      'MEDIUM',
      'Records of a partition that may be handed out at once.',
      atLeast(100),
    ),
    'share.record.lock.duration.ms': int(
      30_000,
      'MEDIUM',
      'How long a record that is handed out stays with its consumer.',
      atLeast(1000),
    ),
    'share.renew.acknowledge.enable': bool(
      true,
      'MEDIUM',
      'Whether a consumer may keep a record for longer.',
    ),
    'share.session.timeout.ms': int(
      45_000,
      'MEDIUM',
      'A member that is silent for so long is removed.',
      atLeast(1),
    ),
  }),
  ...ignored('streams groups are not there yet', {
    'streams.assignment.interval.ms': int(
      1000,
      'MEDIUM',
      'Shortest time between two assignments.',
      atLeast(0),
    ),
    'streams.heartbeat.interval.ms': int(5000, 'MEDIUM', 'How often a member sends a heartbeat.', atLeast(1)),
    'streams.initial.rebalance.delay.ms': int(
      3000,
      'MEDIUM',
      'A new group waits so long for more members before it first shares out its tasks.',
      atLeast(0),
    ),
    'streams.num.standby.replicas': int(0, 'MEDIUM', 'Standby copies of each task.', atLeast(0)),
    'streams.session.timeout.ms': int(
      45_000,
      'MEDIUM',
      'A member that is silent for so long is removed.',
      atLeast(1),
    ),
  }),
} as const
