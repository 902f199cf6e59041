import { atLeast, between, int, long, oneOf, oneOfIgnoringCase, string } from '../define.ts'

const FLUSH_MODES = ['durable', 'lazy'] as const
const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'] as const

/** Keys of our own. */
export const OTTLA_CONFIGS = {
  'ottla.flush.mode': string(
    'durable',
    'HIGH',
    'durable: acks=all is answered when the records are on stable storage; lazy: when they are written, as Apache Kafka does by default.',
    oneOf(...FLUSH_MODES),
  ),
  'ottla.tail.buffer.bytes': long(
    67_108_864,
    'MEDIUM',
    'Memory for records that are not written yet and for the newest that are, in all logs; producers wait when it is full.',
    atLeast(4_194_304),
  ),
  'ottla.request.buffer.bytes': long(
    134_217_728,
    'MEDIUM',
    'Memory for requests that are being received and handled, where queued.max.request.bytes does not say; at least socket.request.max.bytes.',
    atLeast(1_048_576),
  ),
  'ottla.max.concurrent.flushes': int(
    3,
    'LOW',
    'Files that are flushed at once; fewer than the threads for work on files (4, or UV_THREADPOOL_SIZE), so that reads find one.',
    between(1, 64),
  ),
  'ottla.log.level': string(
    'INFO',
    'LOW',
    'What is logged: this level and worse.',
    oneOfIgnoringCase(...LOG_LEVELS),
  ),
  'ottla.log.loggers': string('', 'LOW', 'Other levels for some loggers, as name=level, comma-separated.'),
  'ottla.log.format': string(
    'text',
    'LOW',
    'text: one readable line in the layout of Apache Kafka; json: one object per line.',
    oneOf('text', 'json'),
  ),
} as const
