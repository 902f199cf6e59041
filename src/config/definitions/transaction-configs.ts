import { atLeast, bool, clusterWide, ignored, int, internal, short } from '../define.ts'

/** Idempotent and transactional producers. */
export const TRANSACTION_CONFIGS = {
  ...clusterWide({
    'producer.id.expiration.ms': int(
      86_400_000,
      'LOW',
      'A producer id that has not written to a partition for so long is forgotten there.',
      atLeast(1),
    ),
  }),
  ...internal({
    'producer.id.expiration.check.interval.ms': int(
      600_000,
      'LOW',
      'How often producer ids are looked at for that.',
      atLeast(1),
    ),
  }),
  ...ignored('transactions are not there yet', {
    ...clusterWide({
      'transaction.partition.verification.enable': bool(
        true,
        'LOW',
        'Whether a partition asks if it belongs to the transaction that writes to it.',
      ),
    }),
    'add.partitions.to.txn.retry.backoff.max.ms': int(
      100,
      'HIGH',
      'Longest time that adding a partition is tried anew before the client must.',
      atLeast(0),
    ),
    'add.partitions.to.txn.retry.backoff.ms': int(20, 'HIGH', 'Wait between two such tries.', atLeast(1)),
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
      10_000,
      'LOW',
      'How often transactions that have timed out are aborted.',
      atLeast(1),
    ),
    'transaction.max.timeout.ms': int(
      900_000,
      'HIGH',
      'Longest time-out that a client may ask for.',
      atLeast(1),
    ),
    'transaction.remove.expired.transaction.cleanup.interval.ms': int(
      3_600_000,
      'LOW',
      'How often unused transactional ids are removed.',
      atLeast(1),
    ),
    'transaction.state.log.load.buffer.size': int(
      5_242_880,
      'HIGH',
      'Bytes read at once when transaction state is loaded.',
      atLeast(1),
    ),
    'transaction.state.log.min.isr': int(
      2,
      'HIGH',
      'min.insync.replicas of __transaction_state.',
      atLeast(1),
    ),
    'transaction.state.log.num.partitions': int(50, 'HIGH', 'Partitions of __transaction_state.', atLeast(1)),
    'transaction.state.log.replication.factor': short(
      3,
      'HIGH',
      'Replicas of __transaction_state.',
      atLeast(1),
    ),
    'transaction.state.log.segment.bytes': int(
      104_857_600,
      'HIGH',
      'segment.bytes of __transaction_state.',
      atLeast(1),
    ),
    'transaction.two.phase.commit.enable': bool(
      false,
      'LOW',
      'Whether outside coordinators may hold transactions open.',
    ),
    'transactional.id.expiration.ms': int(
      604_800_000,
      'HIGH',
      'A transactional id that is not used for so long is forgotten.',
      atLeast(1),
    ),
  }),
} as const
