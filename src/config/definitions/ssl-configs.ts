import { anyList, bool, className, ignored, list, oneOf, password, perBroker, string } from '../define.ts'

/** TLS. A listener that uses it is refused for now, so these may be set without harm. */
export const SSL_CONFIGS = ignored('there are no TLS listeners yet', {
  'ssl.allow.dn.changes': bool(false, 'LOW', 'Whether a renewed certificate may carry another name.'),
  'ssl.allow.san.changes': bool(false, 'LOW', 'Whether a renewed certificate may lack alternative names.'),
  'ssl.principal.mapping.rules': string(
    'DEFAULT',
    'LOW',
    'Rules that turn a certificate name into a user name.',
  ),
  ...perBroker({
    'ssl.cipher.suites': list(
      '',
      'MEDIUM',
      'The cipher suites that are allowed; empty: all good ones.',
      anyList(),
    ),
    'ssl.client.auth': string(
      'none',
      'MEDIUM',
      'Whether clients must, may or need not show a certificate.',
      oneOf('required', 'requested', 'none'),
    ),
    'ssl.enabled.protocols': list(
      'TLSv1.2,TLSv1.3',
      'MEDIUM',
      'The TLS versions that are allowed.',
      anyList(),
    ),
    'ssl.endpoint.identification.algorithm': string(
      'https',
      'LOW',
      'How the name in a certificate is compared with the host; empty: not at all.',
    ),
    'ssl.engine.factory.class': className(null, 'LOW', 'The class that makes TLS engines.'),
    'ssl.key.password': password(null, 'MEDIUM', 'The password of the private key.'),
    'ssl.keymanager.algorithm': string('SunX509', 'MEDIUM', 'Name of the key manager in Java.'),
    'ssl.keystore.certificate.chain': password(null, 'MEDIUM', 'The certificates, as PEM text.'),
    'ssl.keystore.key': password(null, 'MEDIUM', 'The private key, as PEM text.'),
    'ssl.keystore.location': string(null, 'MEDIUM', 'The file with key and certificates.'),
    'ssl.keystore.password': password(null, 'MEDIUM', 'The password of that file.'),
    'ssl.keystore.type': string('JKS', 'MEDIUM', 'Its format: JKS, PKCS12 or PEM.'),
    'ssl.protocol': string('TLSv1.3', 'MEDIUM', 'The TLS version of connections to other nodes.'),
    'ssl.provider': string(null, 'MEDIUM', 'Name of the security provider in Java.'),
    'ssl.secure.random.implementation': string(null, 'LOW', 'Name of the random generator in Java.'),
    'ssl.trustmanager.algorithm': string('PKIX', 'MEDIUM', 'Name of the trust manager in Java.'),
    'ssl.truststore.certificates': password(null, 'MEDIUM', 'The trusted certificates, as PEM text.'),
    'ssl.truststore.location': string(null, 'MEDIUM', 'The file with the trusted certificates.'),
    'ssl.truststore.password': password(null, 'MEDIUM', 'The password of that file.'),
    'ssl.truststore.type': string('JKS', 'MEDIUM', 'Its format: JKS, PKCS12 or PEM.'),
  }),
})
