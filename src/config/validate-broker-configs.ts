import type { ConfigViolation } from './config-changes.ts'
import { type BrokerConfigSources, type ConfigTexts, effectiveValue } from './config-sources.ts'
import { parseConnectionOverrides } from './connection-overrides.ts'
import { brokerDefinition, listenerBaseKey } from './known-keys.ts'
import { parseValue } from './parse-value.ts'
import { topicDefault } from './resolve-topic-config.ts'

const CLUSTER_LEVEL_OF_LISTENERS = ['max.connections', 'max.connection.creation.rate', 'num.network.threads']

const invalidRequest = (message: string): ConfigViolation => ({ error: 'INVALID_REQUEST', message })

/** Kafka changes these for a single listener only, under `listener.name.NAME.`. */
const needsListener = (key: string): boolean =>
  key.startsWith('ssl.') && brokerDefinition(key)?.dynamic === 'per-broker'

const isPerBroker = (key: string): boolean => {
  const base = listenerBaseKey(key)
  if (base !== undefined) return !CLUSTER_LEVEL_OF_LISTENERS.includes(base)
  return brokerDefinition(key)?.dynamic === 'per-broker'
}

/** Checks that every key may be set at run time, at this level. */
const checkLevel = (texts: ConfigTexts, forOneBroker: boolean): ConfigViolation | undefined => {
  const keys = [...texts.keys()]
  const complain = (text: string, wrong: readonly string[]): ConfigViolation | undefined =>
    wrong.length === 0 ? undefined : invalidRequest(`${text}: [${wrong.join(', ')}]`)
  return (
    complain(
      'Cannot update these configs dynamically',
      keys.filter(key => brokerDefinition(key)?.dynamic === 'read-only'),
    ) ??
    complain(
      'These security configs can be dynamically updated only per-listener using the listener prefix',
      keys.filter(needsListener),
    ) ??
    (forOneBroker
      ? undefined
      : complain(
          'Cannot update these configs at default cluster level, broker id must be specified',
          keys.filter(isPerBroker),
        ))
  )
}

const checkValues = (texts: ConfigTexts): ConfigViolation | undefined => {
  for (const [key, text] of texts) {
    const name = listenerBaseKey(key) ?? key
    const definition = brokerDefinition(name)
    if (!definition) continue
    const result = parseValue(name, text, definition)
    if ('problem' in result) return invalidRequest(result.problem)
    if ('refused' in definition.use && result.text !== (definition.defaultValue ?? '')) {
      return invalidRequest(`${key} cannot be used: ${definition.use.refused}`)
    }
  }
  return undefined
}

/** Checks what this broker would work with. */
const checkTogether = (sources: BrokerConfigSources): ConfigViolation | undefined => {
  const number = (key: string): number => effectiveValue(key, sources).value as number
  const ofTopic = (name: string): number => topicDefault(name, sources).value as number
  if (ofTopic('segment.ms') < 1) {
    return invalidRequest('requirement failed: log.roll.ms must be greater than or equal to 1')
  }
  if (ofTopic('segment.jitter.ms') < 0) {
    return invalidRequest('requirement failed: log.roll.jitter.ms must be greater than or equal to 0')
  }
  if (ofTopic('retention.ms') === 0) {
    return invalidRequest(
      'requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
    )
  }
  const overrides = parseConnectionOverrides(
    String(effectiveValue('max.connections.per.ip.overrides', sources).value),
  )
  if (typeof overrides === 'string') {
    return invalidRequest(
      `Error parsing configuration property 'max.connections.per.ip.overrides': '${overrides}' is no pair`,
    )
  }
  if (number('max.connections.per.ip') === 0 && overrides.size === 0) {
    return invalidRequest(
      'requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.',
    )
  }
  return undefined
}

/**
 * Checks what is to be set at run time, for one broker or for all (Kafka's `DynamicBrokerConfig.validate`). A key that
 * nobody knows is let through, as Kafka does.
 * @param sources what this broker works with now
 */
export const validateBrokerConfigs = (
  texts: ConfigTexts,
  { forOneBroker, sources }: { forOneBroker: boolean; sources: BrokerConfigSources },
): ConfigViolation | undefined =>
  checkLevel(texts, forOneBroker) ??
  checkValues(texts) ??
  checkTogether(forOneBroker ? { ...sources, dynamicBroker: texts } : { ...sources, dynamicDefault: texts })
