import { BROKER_CONFIGS } from './broker-configs.ts'
import type { ConfigDefinition, ConfigDefinitions } from './config-definition.ts'
import { TOPIC_CONFIGS } from './definitions/topic-configs.ts'
import { nearestWord } from './nearest-word.ts'
import { topicSynonyms } from './topic-synonyms.ts'

const definitions: ConfigDefinitions = BROKER_CONFIGS

const NO_AUTHORIZER = 'there is no authorizer yet'
const GONE = 'Apache Kafka 4 has no such key any more'
const TIERED = 'tiered storage is not there yet'

/** Keys outside of Kafka's own definitions, and those of releases before 4.0, that people's files still have. */
const OTHER_KEYS: ReadonlyMap<string, string> = new Map([
  ['super.users', NO_AUTHORIZER],
  ['allow.everyone.if.no.acl.found', NO_AUTHORIZER],
  ...[
    'broker.id.generation.enable',
    'control.plane.listener.name',
    'controlled.shutdown.max.retries',
    'controlled.shutdown.retry.backoff.ms',
    'delegation.token.master.key',
    'eligible.leader.replicas.enable',
    'group.coordinator.new.enable',
    'inter.broker.protocol.version',
    'leader.imbalance.per.broker.percentage',
    'log.message.downconversion.enable',
    'log.message.format.version',
    'log.message.timestamp.difference.max.ms',
    'offsets.commit.required.acks',
    'reserved.broker.max.id',
    'zookeeper.metadata.migration.enable',
  ].map(key => [key, GONE] as const),
])

const OTHER_PREFIXES: readonly (readonly [string, string])[] = [
  ['zookeeper.', GONE],
  ['password.encoder.', GONE],
  ['rlmm.config.', TIERED],
  ['rsm.config.', TIERED],
  ['config.providers.', 'values are read as they stand, placeholders are not filled in'],
]

const LISTENER_KEY = /^listener\.name\.[^.]+\.(.+)$/

/** The definition of a broker's key, if it has one. */
export const brokerDefinition = (key: string): ConfigDefinition | undefined =>
  Object.hasOwn(definitions, key) ? definitions[key] : undefined

/**
 * The key that `listener.name.NAME.KEY` or `listener.name.NAME.MECHANISM.KEY` sets for one listener; `undefined` for
 * any other key.
 */
export const listenerBaseKey = (key: string): string | undefined => {
  const rest = LISTENER_KEY.exec(key)?.[1]
  if (rest === undefined) return undefined
  if (brokerDefinition(rest)) return rest
  const withoutMechanism = rest.slice(rest.indexOf('.') + 1)
  return brokerDefinition(withoutMechanism) ? withoutMechanism : undefined
}

/** Why a key without a definition is let through; `undefined` when nobody knows it. */
export const otherKeyReason = (key: string): string | undefined => {
  if (listenerBaseKey(key) !== undefined) return 'single listeners have no settings of their own yet'
  return OTHER_KEYS.get(key) ?? OTHER_PREFIXES.find(([prefix]) => key.startsWith(prefix))?.[1]
}

/** What to do about a key that nobody knows. */
export const unknownKeyAdvice = (key: string): string => {
  const ofBroker = topicSynonyms(key)[0]
  if (ofBroker) return `${key} belongs to topics; for the broker it is ${ofBroker.key}`
  if (Object.hasOwn(TOPIC_CONFIGS, key)) return `${key} belongs to topics: set it with kafka-configs.sh`
  const near = nearestWord(key, Object.keys(definitions))
  return near === undefined ? 'take it out, or correct its name' : `did you mean ${near}?`
}
