import { atLeast, between, int, long, oneOf, string } from '../define.ts'

export const FLUSH_MODES = ['durable', 'lazy'] as const

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
    8,
    'LOW',
    'Files that are flushed at once; the launcher gives the process 16 threads for all work on files.',
    between(1, 64),
  ),
} as const
