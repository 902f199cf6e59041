import { atLeast, bool, clusterWide, ignored, int, internal, long, oneOf, string } from '../define.ts'

const NO_REPLICATION = 'partitions have one replica so far'

/** Copies of partitions on several brokers, and who leads them. */
export const REPLICATION_CONFIGS = {
  'default.replication.factor': int(1, 'MEDIUM', 'Replicas of a new topic that does not say how many.'),
  'replica.high.watermark.checkpoint.interval.ms': long(
    5000,
    'HIGH',
    'How often it is noted up to where partitions are committed.',
  ),
  'replica.lag.time.max.ms': long(
    30_000,
    'HIGH',
    'A follower that has not caught up for so long leaves the in-sync replicas.',
  ),
  'security.inter.broker.protocol': string(
    'PLAINTEXT',
    'MEDIUM',
    'The security protocol between brokers, where no listener is named for it.',
    oneOf('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
  ),
  ...clusterWide({
    'unclean.leader.election.enable': bool(
      false,
      'HIGH',
      'Whether a replica that is not in sync may lead when no other is left; loses records.',
    ),
    ...ignored(NO_REPLICATION, {
      'num.replica.fetchers': int(
        1,
        'HIGH',
        'Connections per broker from which a follower fetches.',
        atLeast(1),
      ),
      'follower.fetch.last.tiered.offset.enable': bool(
        false,
        'MEDIUM',
        'Whether a new follower skips what is in tiered storage.',
      ),
    }),
  }),
  ...ignored(NO_REPLICATION, {
    'auto.leader.rebalance.enable': bool(
      true,
      'HIGH',
      'Whether leadership goes back to preferred replicas by itself.',
    ),
    'leader.imbalance.check.interval.seconds': long(300, 'HIGH', 'How often that is looked at.', atLeast(1)),
    'replica.fetch.backoff.ms': int(1000, 'MEDIUM', 'Wait after a failed fetch of a follower.', atLeast(0)),
    'replica.fetch.max.bytes': int(
      1_048_576,
      'MEDIUM',
      'Bytes per partition in a fetch of a follower.',
      atLeast(0),
    ),
    'replica.fetch.min.bytes': int(1, 'HIGH', 'Bytes that a fetch of a follower waits for.'),
    'replica.fetch.response.max.bytes': int(
      10_485_760,
      'MEDIUM',
      'Bytes in a whole fetch of a follower.',
      atLeast(0),
    ),
    'replica.fetch.wait.max.ms': int(500, 'HIGH', 'How long a fetch of a follower waits for them.'),
    'replica.socket.receive.buffer.bytes': int(65_536, 'HIGH', 'Receive buffer of a follower.'),
    'replica.socket.timeout.ms': int(30_000, 'HIGH', 'How long a request of a follower may take.'),
  }),
  ...ignored('consumers are not sent to other replicas yet', {
    'replica.selector.class': string(
      null,
      'MEDIUM',
      'The class that chooses the replica a consumer reads from.',
    ),
  }),
  ...internal(
    ignored(NO_REPLICATION, {
      'unclean.leader.election.interval.ms': long(
        300_000,
        'MEDIUM',
        'How often leaderless partitions are looked at.',
        atLeast(1),
      ),
    }),
  ),
} as const
