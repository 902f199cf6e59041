import { atLeast, ignored, long, password, refused } from '../define.ts'

/** Delegation tokens (KIP-48). */
export const DELEGATION_TOKEN_CONFIGS = {
  ...refused('delegation tokens are not there yet', {
    'delegation.token.secret.key': password(
      null,
      'MEDIUM',
      'The secret that tokens are made with, one for all brokers.',
    ),
  }),
  ...ignored('delegation tokens are not there yet', {
    'delegation.token.expiry.check.interval.ms': long(
      3_600_000,
      'LOW',
      'How often expired tokens are removed.',
      atLeast(1),
    ),
    'delegation.token.expiry.time.ms': long(
      86_400_000,
      'MEDIUM',
      'A token must be renewed within this time.',
      atLeast(1),
    ),
    'delegation.token.max.lifetime.ms': long(604_800_000, 'MEDIUM', 'Longest life of a token.', atLeast(1)),
  }),
} as const
