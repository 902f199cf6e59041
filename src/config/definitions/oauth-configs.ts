import {
  anyList,
  between,
  bool,
  className,
  ignored,
  int,
  list,
  long,
  oneOfIgnoringCase,
  password,
  string,
} from '../define.ts'

const CLAIM = 'In the assertion that the broker signs:'

/** Logins by bearer tokens (KIP-768, KIP-1139). */
export const OAUTH_CONFIGS = ignored('there are no SASL listeners yet', {
  'sasl.oauthbearer.assertion.algorithm': string(
    'RS256',
    'MEDIUM',
    'How the broker signs the assertion it logs in with.',
    oneOfIgnoringCase('ES256', 'RS256'),
  ),
  'sasl.oauthbearer.assertion.claim.aud': string(null, 'MEDIUM', `${CLAIM} for whom it is.`),
  'sasl.oauthbearer.assertion.claim.exp.seconds': int(
    300,
    'LOW',
    `${CLAIM} how long it is good.`,
    between(0, 86_400),
  ),
  'sasl.oauthbearer.assertion.claim.iss': string(null, 'MEDIUM', `${CLAIM} who made it.`),
  'sasl.oauthbearer.assertion.claim.jti.include': bool(
    false,
    'MEDIUM',
    `${CLAIM} whether it has an id of its own.`,
  ),
  'sasl.oauthbearer.assertion.claim.nbf.seconds': int(
    60,
    'LOW',
    `${CLAIM} how long before now it is good.`,
    between(0, 3600),
  ),
  'sasl.oauthbearer.assertion.claim.sub': string(null, 'MEDIUM', `${CLAIM} whom it speaks of.`),
  'sasl.oauthbearer.assertion.file': string(null, 'MEDIUM', 'A file with a ready assertion.'),
  'sasl.oauthbearer.assertion.private.key.file': string(
    null,
    'MEDIUM',
    'The file with the key it is signed with.',
  ),
  'sasl.oauthbearer.assertion.private.key.passphrase': password(null, 'MEDIUM', 'The password of that file.'),
  'sasl.oauthbearer.assertion.template.file': string(null, 'MEDIUM', 'A file with more claims.'),
  'sasl.oauthbearer.client.credentials.client.id': string(null, 'MEDIUM', 'The id the broker logs in with.'),
  'sasl.oauthbearer.client.credentials.client.secret': password(
    null,
    'MEDIUM',
    'The secret that goes with it.',
  ),
  'sasl.oauthbearer.clock.skew.seconds': int(30, 'LOW', 'How far clocks may differ when a token is checked.'),
  'sasl.oauthbearer.expected.audience': list(
    '',
    'HIGH',
    'For whom a token must be; empty: not checked.',
    anyList(),
  ),
  'sasl.oauthbearer.expected.issuer': string(null, 'HIGH', 'Who must have made a token; unset: not checked.'),
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': long(3_600_000, 'LOW', 'How often the keys are fetched anew.'),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': long(
    10_000,
    'LOW',
    'Longest wait before another try.',
  ),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': long(100, 'LOW', 'First wait before another try.'),
  'sasl.oauthbearer.jwks.endpoint.url': string(
    null,
    'MEDIUM',
    'Where the keys come from that tokens are checked with.',
  ),
  'sasl.oauthbearer.jwt.retriever.class': className(
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever',
    'MEDIUM',
    'The class that fetches tokens.',
  ),
  'sasl.oauthbearer.jwt.validator.class': className(
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator',
    'MEDIUM',
    'The class that checks tokens.',
  ),
  'sasl.oauthbearer.scope': string(null, 'MEDIUM', 'The scope that the broker asks for.'),
  'sasl.oauthbearer.scope.claim.name': string('scope', 'LOW', 'The claim that holds the scope.'),
  'sasl.oauthbearer.sub.claim.name': string('sub', 'LOW', 'The claim that holds the user.'),
  'sasl.oauthbearer.token.endpoint.url': string(null, 'MEDIUM', 'Where the broker gets its tokens.'),
})
