import {
  anyList,
  atLeast,
  between,
  bool,
  clusterWide,
  DOUBLE_MAX,
  double,
  ignored,
  int,
  internal,
  LONG_MAX,
  list,
  long,
  nonEmptyList,
  oneOf,
  perBroker,
  string,
} from '../define.ts'

export const COMPRESSION_TYPES = ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] as const
const NO_CLEANER = 'logs are not compacted yet'
const PER_TOPIC = 'Default of the topic key'

/** Data directories, segments, retention and flushing; most are the defaults of topics. */
export const LOG_CONFIGS = {
  'log.dirs': list(null, 'HIGH', 'The data directories, comma-separated; unset: log.dir.', nonEmptyList()),
  'log.dir': list('/tmp/kafka-logs', 'HIGH', 'The data directory when log.dirs is not set.', nonEmptyList()),
  'log.retention.hours': int(168, 'HIGH', 'Age in hours beyond which segments go; -1: never.'),
  'log.retention.minutes': int(null, 'HIGH', 'The same in minutes, before log.retention.hours.'),
  'log.retention.check.interval.ms': long(
    300_000,
    'MEDIUM',
    'How often segments are looked at for retention.',
    atLeast(1),
  ),
  'log.roll.hours': int(168, 'HIGH', 'Age in hours at which a segment is closed.', atLeast(1)),
  'log.roll.jitter.hours': int(
    0,
    'HIGH',
    'Up to so many hours are taken off that age at random.',
    atLeast(0),
  ),
  'log.flush.offset.checkpoint.interval.ms': int(
    60_000,
    'HIGH',
    'How often it is noted up to where logs are flushed.',
    atLeast(0),
  ),
  'log.flush.start.offset.checkpoint.interval.ms': int(
    60_000,
    'HIGH',
    'How often it is noted where logs start.',
    atLeast(0),
  ),
  'log.flush.scheduler.interval.ms': long(
    LONG_MAX,
    'HIGH',
    'How often it is checked whether a log is due for a flush.',
  ),
  ...clusterWide({
    'compression.type': string(
      'producer',
      'HIGH',
      `${PER_TOPIC} compression.type.`,
      oneOf(...COMPRESSION_TYPES),
    ),
    'compression.gzip.level': int(-1, 'MEDIUM', `${PER_TOPIC} compression.gzip.level.`, {
      kind: 'gzip-level',
    }),
    'compression.lz4.level': int(9, 'MEDIUM', `${PER_TOPIC} compression.lz4.level.`, between(1, 17)),
    'compression.zstd.level': int(3, 'MEDIUM', `${PER_TOPIC} compression.zstd.level.`, between(-131_072, 22)),
    'log.cleanup.policy': list(
      'delete',
      'MEDIUM',
      `${PER_TOPIC} cleanup.policy.`,
      anyList('compact', 'delete'),
    ),
    'log.flush.interval.messages': long(LONG_MAX, 'HIGH', `${PER_TOPIC} flush.messages.`, atLeast(1)),
    'log.flush.interval.ms': long(null, 'HIGH', `${PER_TOPIC} flush.ms.`),
    'log.index.interval.bytes': int(4096, 'MEDIUM', `${PER_TOPIC} index.interval.bytes.`, atLeast(0)),
    'log.index.size.max.bytes': int(10_485_760, 'MEDIUM', `${PER_TOPIC} segment.index.bytes.`, atLeast(4)),
    'log.message.timestamp.after.max.ms': long(
      3_600_000,
      'MEDIUM',
      `${PER_TOPIC} message.timestamp.after.max.ms.`,
      atLeast(0),
    ),
    'log.message.timestamp.before.max.ms': long(
      LONG_MAX,
      'MEDIUM',
      `${PER_TOPIC} message.timestamp.before.max.ms.`,
      atLeast(0),
    ),
    'log.message.timestamp.type': string(
      'CreateTime',
      'MEDIUM',
      `${PER_TOPIC} message.timestamp.type.`,
      oneOf('CreateTime', 'LogAppendTime'),
    ),
    'log.preallocate': bool(false, 'MEDIUM', `${PER_TOPIC} preallocate.`),
    'log.retention.bytes': long(-1, 'HIGH', `${PER_TOPIC} retention.bytes.`),
    'log.retention.ms': long(
      null,
      'HIGH',
      `${PER_TOPIC} retention.ms, before the keys in minutes and hours.`,
    ),
    'log.roll.ms': long(null, 'HIGH', `${PER_TOPIC} segment.ms, before log.roll.hours.`),
    'log.roll.jitter.ms': long(null, 'HIGH', `${PER_TOPIC} segment.jitter.ms, before log.roll.jitter.hours.`),
    'log.segment.bytes': int(1_073_741_824, 'HIGH', `${PER_TOPIC} segment.bytes.`, atLeast(1_048_576)),
    'log.segment.delete.delay.ms': long(60_000, 'HIGH', `${PER_TOPIC} file.delete.delay.ms.`, atLeast(0)),
    'min.insync.replicas': int(1, 'HIGH', `${PER_TOPIC} min.insync.replicas.`, atLeast(1)),
    'log.cleaner.delete.retention.ms': long(
      86_400_000,
      'MEDIUM',
      `${PER_TOPIC} delete.retention.ms.`,
      atLeast(0),
    ),
    'log.cleaner.max.compaction.lag.ms': long(
      LONG_MAX,
      'MEDIUM',
      `${PER_TOPIC} max.compaction.lag.ms.`,
      atLeast(1),
    ),
    'log.cleaner.min.compaction.lag.ms': long(0, 'MEDIUM', `${PER_TOPIC} min.compaction.lag.ms.`, atLeast(0)),
    'log.cleaner.min.cleanable.ratio': double(
      '0.5',
      'MEDIUM',
      `${PER_TOPIC} min.cleanable.dirty.ratio.`,
      between(0, 1),
    ),
  }),
  ...internal({
    'log.initial.task.delay.ms': long(
      30_000,
      'LOW',
      'Wait before the first round of background work.',
      atLeast(0),
    ),
  }),
  ...ignored('a failed data directory stops the broker so far', {
    'log.dir.failure.timeout.ms': long(
      30_000,
      'LOW',
      'A broker that cannot report a failed directory for so long stops.',
      atLeast(1),
    ),
  }),
  ...ignored('new partitions go to any data directory', {
    ...perBroker({
      'cordoned.log.dirs': list(
        '',
        'MEDIUM',
        'Data directories that get no new partitions; * for all.',
        anyList(),
      ),
    }),
  }),
  ...ignored(NO_CLEANER, {
    'log.cleaner.enable': bool(true, 'MEDIUM', 'Whether logs are compacted at all.'),
    ...clusterWide({
      'log.cleaner.backoff.ms': long(15_000, 'MEDIUM', 'Wait when no log needs compacting.', atLeast(0)),
      'log.cleaner.dedupe.buffer.size': long(
        134_217_728,
        'MEDIUM',
        'Memory for the keys seen while compacting.',
      ),
      'log.cleaner.io.buffer.load.factor': double('0.9', 'MEDIUM', 'How full that memory may get.'),
      'log.cleaner.io.buffer.size': int(
        524_288,
        'MEDIUM',
        'Memory for reading and writing while compacting.',
        atLeast(0),
      ),
      'log.cleaner.io.max.bytes.per.second': double(
        DOUBLE_MAX,
        'MEDIUM',
        'Most bytes read and written in a second.',
      ),
      'log.cleaner.threads': int(1, 'MEDIUM', 'Logs that are compacted at once.', atLeast(0)),
    }),
  }),
} as const
