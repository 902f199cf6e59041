import { atLeast, clusterWide, INT_MAX, ignored, int } from '../define.ts'

/** Streams groups (KIP-1071). */
export const STREAMS_CONFIGS = ignored('streams groups are not there yet', {
  ...clusterWide({
    'group.streams.assignment.interval.ms': int(
      1000,
      'MEDIUM',
      'Shortest time between two assignments of a streams group.',
      atLeast(0),
    ),
  }),
  'group.streams.min.assignment.interval.ms': int(
    0,
    'MEDIUM',
    'Least that a streams group may set for it.',
    atLeast(0),
  ),
  'group.streams.max.assignment.interval.ms': int(
    15_000,
    'MEDIUM',
    'Most that a streams group may set for it.',
    atLeast(0),
  ),
  'group.streams.heartbeat.interval.ms': int(
    5000,
    'MEDIUM',
    'How often a member sends a heartbeat.',
    atLeast(1),
  ),
  'group.streams.min.heartbeat.interval.ms': int(
    5000,
    'MEDIUM',
    'Least that a streams group may set for it.',
    atLeast(1),
  ),
  'group.streams.max.heartbeat.interval.ms': int(
    15_000,
    'MEDIUM',
    'Most that a streams group may set for it.',
    atLeast(1),
  ),
  'group.streams.initial.rebalance.delay.ms': int(
    3000,
    'MEDIUM',
    'A new streams group waits so long for more members before it first shares out its tasks.',
    atLeast(0),
  ),
  'group.streams.max.size': int(INT_MAX, 'MEDIUM', 'Most members of a streams group.', atLeast(1)),
  'group.streams.num.standby.replicas': int(0, 'MEDIUM', 'Standby copies of each task.', atLeast(0)),
  'group.streams.max.standby.replicas': int(
    2,
    'MEDIUM',
    'Most that a streams group may set for it.',
    atLeast(0),
  ),
  'group.streams.session.timeout.ms': int(
    45_000,
    'MEDIUM',
    'A member that is silent for so long is removed.',
    atLeast(1),
  ),
  'group.streams.min.session.timeout.ms': int(
    45_000,
    'MEDIUM',
    'Least that a streams group may set for it.',
    atLeast(1),
  ),
  'group.streams.max.session.timeout.ms': int(
    60_000,
    'MEDIUM',
    'Most that a streams group may set for it.',
    atLeast(1),
  ),
})
