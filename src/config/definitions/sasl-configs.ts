import {
  anyList,
  className,
  double,
  ignored,
  int,
  list,
  long,
  password,
  perBroker,
  refused,
  short,
  string,
} from '../define.ts'

const NO_SASL = 'there are no SASL listeners yet'

/** Logins, and the identity that follows from them. A listener that asks for a login is refused for now. */
export const SASL_CONFIGS = {
  ...perBroker(
    refused('Java classes cannot be loaded', {
      'principal.builder.class': className(
        'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder',
        'MEDIUM',
        'The class that names the user behind a connection.',
      ),
    }),
  ),
  ...refused('Java classes cannot be loaded', {
    'security.providers': string(null, 'LOW', 'Classes that bring security algorithms.'),
  }),
  ...ignored(NO_SASL, {
    'connections.max.reauth.ms': long(0, 'MEDIUM', 'A login must be renewed within this time; 0: never.'),
    'sasl.client.callback.handler.class': className(null, 'MEDIUM', 'The class that logs in to other nodes.'),
    'sasl.login.callback.handler.class': className(null, 'MEDIUM', 'The class that fetches credentials.'),
    'sasl.login.class': className(null, 'MEDIUM', 'The class that keeps a login alive.'),
    'sasl.login.connect.timeout.ms': int(null, 'LOW', 'How long connecting to a login service may take.'),
    'sasl.login.read.timeout.ms': int(null, 'LOW', 'How long its answer may take.'),
    'sasl.login.retry.backoff.max.ms': long(10_000, 'LOW', 'Longest wait before another try.'),
    'sasl.login.retry.backoff.ms': long(100, 'LOW', 'First wait before another try.'),
    'sasl.mechanism.controller.protocol': string(
      'GSSAPI',
      'HIGH',
      'The mechanism for logins to controllers.',
    ),
    'sasl.server.callback.handler.class': className(null, 'MEDIUM', 'The class that checks credentials.'),
    'sasl.server.max.receive.size': int(524_288, 'MEDIUM', 'Largest request before and during a login.'),
    ...perBroker({
      'sasl.enabled.mechanisms': list(
        'GSSAPI',
        'MEDIUM',
        'The mechanisms that clients may log in with.',
        anyList(),
      ),
      'sasl.jaas.config': password(
        null,
        'MEDIUM',
        'Login modules and credentials, in the format of JAAS files.',
      ),
      'sasl.kerberos.kinit.cmd': string('/usr/bin/kinit', 'MEDIUM', 'The kinit program of Kerberos.'),
      'sasl.kerberos.min.time.before.relogin': long(
        60_000,
        'MEDIUM',
        'Shortest time between two Kerberos logins.',
      ),
      'sasl.kerberos.principal.to.local.rules': list(
        'DEFAULT',
        'MEDIUM',
        'Rules that turn a Kerberos name into a user name.',
        anyList(),
      ),
      'sasl.kerberos.service.name': string(null, 'MEDIUM', 'The Kerberos name of this service.'),
      'sasl.kerberos.ticket.renew.jitter': double(
        '0.05',
        'MEDIUM',
        'Random share of the time until renewal.',
      ),
      'sasl.kerberos.ticket.renew.window.factor': double(
        '0.8',
        'MEDIUM',
        'Share of its life after which a ticket is renewed.',
      ),
      'sasl.login.refresh.buffer.seconds': short(
        300,
        'MEDIUM',
        'Seconds before its end by which a login is renewed.',
      ),
      'sasl.login.refresh.min.period.seconds': short(
        60,
        'MEDIUM',
        'Shortest time between two renewals, in seconds.',
      ),
      'sasl.login.refresh.window.factor': double(
        '0.8',
        'MEDIUM',
        'Share of its life after which a login is renewed.',
      ),
      'sasl.login.refresh.window.jitter': double('0.05', 'MEDIUM', 'Random share of that time.'),
      'sasl.mechanism.inter.broker.protocol': string(
        'GSSAPI',
        'MEDIUM',
        'The mechanism for logins between brokers.',
      ),
    }),
  }),
} as const
