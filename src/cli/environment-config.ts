import type { ConfigTexts } from '../config/config-sources.ts'

type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'KAFKA_'

/** Variables of Apache Kafka's images that are no keys. */
const NO_KEYS: ReadonlySet<string> = new Set([
  'KAFKA_VERSION',
  'KAFKA_HEAP_OPTS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_OPTS',
  'KAFKA_JMX_OPTS',
  'KAFKA_JMX_HOSTNAME',
  'KAFKA_JMX_PORT',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
])

/**
 * Kubernetes gives every container `NAME_PORT=tcp://...` and `NAME_SERVICE_...` of each service: one called kafka makes
 * variables that look like settings.
 */
const isOfKubernetes = (name: string, value: string): boolean =>
  /^KAFKA_(?:[A-Z0-9_]+_)?(?:PORT|SERVICE)(?:_|$)/.test(name) &&
  (value.startsWith('tcp://') ||
    value.startsWith('udp://') ||
    /_SERVICE_(?:HOST|PORT)(?:_|$)/.test(name) ||
    /_PORT_\d+_(?:TCP|UDP)(?:_|$)/.test(name))

/** `KAFKA_A_B__C___D` is `a.b_c-d` (Apache Kafka's `KafkaDockerWrapper`). */
const keyOf = (name: string): string =>
  name
    .slice(PREFIX.length)
    .toLowerCase()
    .replace(/_{1,3}/g, underscores =>
      underscores.length === 1 ? '.' : underscores.length === 2 ? '_' : '-',
    )

/** The levels of loggers as Apache Kafka's image takes them. */
const LOG_KEYS: Readonly<Record<string, string>> = {
  KAFKA_LOG4J_ROOT_LOGLEVEL: 'ottla.log.level',
  KAFKA_LOG4J_LOGGERS: 'ottla.log.loggers',
}

/** The settings that environment variables make, as Apache Kafka's image reads them. */
export const environmentSettings = (environment: Environment): Map<string, string> => {
  const settings = new Map<string, string>()
  for (const [name, value] of Object.entries(environment).sort()) {
    if (value === undefined || !name.startsWith(PREFIX) || isOfKubernetes(name, value)) continue
    const logKey = LOG_KEYS[name]
    if (logKey !== undefined) settings.set(logKey, value)
    else if (!NO_KEYS.has(name)) settings.set(keyOf(name), value)
  }
  return settings
}

/** A key of the defaults that gives way when another one, of the same meaning, is set. */
const GIVES_WAY: readonly (readonly [setKey: string, defaultKey: string])[] = [
  ['broker.id', 'node.id'],
  ['log.dir', 'log.dirs'],
  ['controller.quorum.voters', 'controller.quorum.bootstrap.servers'],
  ['listeners', 'advertised.listeners'],
  ['log.retention.ms', 'log.retention.hours'],
  ['log.retention.minutes', 'log.retention.hours'],
]

const LISTENER = /^([^:]*):\/\/\[?[^\]]*?\]?:(\d+)$/

/**
 * Clients outside of a container are told another address than the one that is opened: where only advertised.listeners
 * is set, the same names and ports are opened on every interface, beside the controller's.
 */
const derivedListeners = (settings: ConfigTexts, defaults: ConfigTexts): string | undefined => {
  const advertised = settings.get('advertised.listeners')
  if (advertised === undefined || settings.has('listeners')) return undefined
  const names = (settings.get('controller.listener.names') ?? defaults.get('controller.listener.names') ?? '')
    .split(',')
    .map(name => name.trim().toUpperCase())
  const controllers = (defaults.get('listeners') ?? '')
    .split(',')
    .filter(entry => names.includes(entry.split('://')[0]?.trim().toUpperCase() ?? ''))
  const opened = advertised.split(',').map(entry => {
    const [, name, port] = LISTENER.exec(entry.trim()) ?? []
    return name === undefined ? entry.trim() : `${name}://0.0.0.0:${port}`
  })
  return [...opened, ...controllers].join(',')
}

/** What the environment says over what a file says. */
export const withEnvironment = (defaults: ConfigTexts, settings: ConfigTexts): Map<string, string> => {
  const texts = new Map(defaults)
  for (const [setKey, defaultKey] of GIVES_WAY) if (settings.has(setKey)) texts.delete(defaultKey)
  for (const [key, value] of settings) texts.set(key, value)
  const listeners = derivedListeners(settings, defaults)
  if (listeners !== undefined) texts.set('listeners', listeners)
  return texts
}
