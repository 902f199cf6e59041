import type { ConfigCheck } from '../config-definition.ts'
import { atLeast, bool, ignored, int, internal, list, long, string } from '../define.ts'

const QUORUM_OF_ONE = 'the controller quorum has one member so far'
const VOTERS: ConfigCheck = { kind: 'quorum-voters' }
const SERVERS: ConfigCheck = { kind: 'bootstrap-servers' }

/** The controller quorum and the metadata log. */
export const QUORUM_CONFIGS = {
  'controller.quorum.voters': list(
    '',
    'HIGH',
    'The fixed members of the controller quorum, as id@host:port, comma-separated.',
    VOTERS,
  ),
  'controller.quorum.bootstrap.servers': list(
    '',
    'HIGH',
    'Controllers through which the quorum is found, as host:port, comma-separated.',
    SERVERS,
  ),
  'metadata.log.dir': string(null, 'HIGH', 'Where the metadata log lives; unset: the first of log.dirs.'),
  'metadata.log.segment.bytes': int(
    1_073_741_824,
    'HIGH',
    'Size of a segment of the metadata log.',
    atLeast(8_388_608),
  ),
  'metadata.log.segment.ms': long(
    604_800_000,
    'HIGH',
    'Age at which a segment of the metadata log is closed.',
  ),
  'metadata.max.retention.bytes': long(
    104_857_600,
    'HIGH',
    'Bytes of metadata log and snapshots beyond which old ones go.',
  ),
  'metadata.max.retention.ms': long(604_800_000, 'HIGH', 'Age beyond which metadata log and snapshots go.'),
  'metadata.log.max.record.bytes.between.snapshots': long(
    20_971_520,
    'HIGH',
    'New metadata bytes that bring about a snapshot.',
    atLeast(1),
  ),
  'metadata.log.max.snapshot.interval.ms': long(
    3_600_000,
    'HIGH',
    'Longest time between two snapshots when there is anything new; 0: no limit.',
    atLeast(0),
  ),
  'metadata.max.idle.interval.ms': int(
    500,
    'LOW',
    'How often the controller writes a record that does nothing, so that its clock is seen to run; 0: never.',
    atLeast(0),
  ),
  'controller.quorum.append.linger.ms': int(
    25,
    'MEDIUM',
    'How long metadata records may wait for others before they are written.',
    atLeast(0),
  ),
  ...ignored(QUORUM_OF_ONE, {
    'controller.quorum.auto.join.enable': bool(
      false,
      'LOW',
      'Whether a controller joins the quorum by itself.',
    ),
    'controller.quorum.election.backoff.max.ms': int(
      1000,
      'HIGH',
      'Upper bound of the random wait between elections.',
      atLeast(0),
    ),
    'controller.quorum.election.timeout.ms': int(
      1000,
      'HIGH',
      'How long an election may take before another begins.',
      atLeast(0),
    ),
    'controller.quorum.fetch.max.bytes': int(
      1_048_576,
      'LOW',
      'Most bytes in one fetch of the metadata log.',
      atLeast(1),
    ),
    'controller.quorum.fetch.snapshot.max.bytes': int(
      1_048_576,
      'LOW',
      'Most bytes in one fetch of a metadata snapshot.',
      atLeast(1),
    ),
    'controller.quorum.fetch.timeout.ms': int(
      2000,
      'HIGH',
      'A voter without a successful fetch for so long calls an election.',
      atLeast(0),
    ),
    'controller.quorum.request.timeout.ms': int(
      2000,
      'MEDIUM',
      'How long a request between controllers may take.',
      atLeast(0),
    ),
    'controller.quorum.retry.backoff.ms': int(
      20,
      'LOW',
      'Wait before a failed request is sent again.',
      atLeast(0),
    ),
    'controller.socket.timeout.ms': int(30_000, 'MEDIUM', 'How long a request to the controller may take.'),
  }),
  ...internal({
    'internal.metadata.log.segment.bytes': int(null, 'LOW', 'Small metadata segments, for tests.'),
    'internal.metadata.max.batch.size.in.bytes': int(8_388_608, 'LOW', 'Largest batch of metadata records.'),
    'internal.metadata.delete.delay.millis': long(
      60_000,
      'LOW',
      'Wait before a removed metadata file is deleted.',
    ),
    ...ignored('slow controller events are not recorded yet', {
      'controller.performance.always.log.threshold.ms': long(
        2000,
        'MEDIUM',
        'Slower controller events are always logged.',
        atLeast(0),
      ),
      'controller.performance.sample.period.ms': long(
        60_000,
        'MEDIUM',
        'How often the slowest controller event is logged.',
        atLeast(100),
      ),
    }),
  }),
} as const
