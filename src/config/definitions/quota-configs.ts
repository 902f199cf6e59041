import { atLeast, className, dynamicOnly, ignored, int, LONG_MAX, long, refused } from '../define.ts'

const WINDOWS = 'Time windows over which'
const SECONDS = 'Seconds in each window over which'

/** How much clients and replication may use. */
export const QUOTA_CONFIGS = {
  ...refused('Java classes cannot be loaded', {
    'client.quota.callback.class': className(null, 'LOW', 'A class that decides the quotas of clients.'),
  }),
  ...ignored('quotas are not enforced yet', {
    'quota.window.num': int(11, 'LOW', `${WINDOWS} clients are measured.`, atLeast(1)),
    'quota.window.size.seconds': int(1, 'LOW', `${SECONDS} clients are measured.`, atLeast(1)),
    'controller.quota.window.num': int(11, 'LOW', `${WINDOWS} changes of topics are measured.`, atLeast(1)),
    'controller.quota.window.size.seconds': int(
      1,
      'LOW',
      `${SECONDS} changes of topics are measured.`,
      atLeast(1),
    ),
    'replication.quota.window.num': int(11, 'LOW', `${WINDOWS} replication is measured.`, atLeast(1)),
    'replication.quota.window.size.seconds': int(1, 'LOW', `${SECONDS} replication is measured.`, atLeast(1)),
    'alter.log.dirs.replication.quota.window.num': int(
      11,
      'LOW',
      `${WINDOWS} moves between directories are measured.`,
      atLeast(1),
    ),
    'alter.log.dirs.replication.quota.window.size.seconds': int(
      1,
      'LOW',
      `${SECONDS} moves between directories are measured.`,
      atLeast(1),
    ),
    ...dynamicOnly({
      'leader.replication.throttled.rate': long(
        LONG_MAX,
        'MEDIUM',
        'Bytes in a second that throttled leaders may send.',
        atLeast(0),
      ),
      'follower.replication.throttled.rate': long(
        LONG_MAX,
        'MEDIUM',
        'Bytes in a second that throttled followers may fetch.',
        atLeast(0),
      ),
      'replica.alter.log.dirs.io.max.bytes.per.second': long(
        LONG_MAX,
        'MEDIUM',
        'Bytes in a second for moves between directories.',
        atLeast(0),
      ),
    }),
  }),
} as const
