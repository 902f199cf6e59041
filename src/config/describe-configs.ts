import { BROKER_CONFIGS } from './broker-configs.ts'
import { type ConfigDefinition, type ConfigDefinitions, isSensitive } from './config-definition.ts'
import { CONFIG_TYPE_IDS, ConfigSource } from './config-source.ts'
import {
  type BrokerConfigSources,
  type ConfigTexts,
  type EffectiveValue,
  effectiveValue,
} from './config-sources.ts'
import { GROUP_CONFIGS } from './definitions/group-configs.ts'
import { TOPIC_CONFIGS } from './definitions/topic-configs.ts'
import { groupSynonym, groupValue } from './group-values.ts'
import { brokerDefinition, listenerBaseKey } from './known-keys.ts'
import { parseValue } from './parse-value.ts'
import { topicValue } from './resolve-topic-config.ts'
import { topicSynonyms, UNIT_SYNONYMS } from './topic-synonyms.ts'

/** One of the places where a value comes from or could have come from. */
export interface DescribedSynonym {
  readonly name: string
  /** `null` for a secret. */
  readonly value: string | null
  readonly source: ConfigSource
}

/** One setting as DescribeConfigs tells it. */
export interface DescribedConfig {
  readonly name: string
  /** `null` for a secret and for what is not set. */
  readonly value: string | null
  readonly readOnly: boolean
  readonly isDefault: boolean
  readonly configSource: ConfigSource
  readonly isSensitive: boolean
  /** The one in force first. */
  readonly synonyms: readonly DescribedSynonym[]
  readonly configType: number
  readonly documentation: string | null
}

const topicDefinitions: ConfigDefinitions = TOPIC_CONFIGS
const groupDefinitions: ConfigDefinitions = GROUP_CONFIGS

/** The definition of a broker's key or of what a key of one listener stands for. */
const definitionOf = (key: string): ConfigDefinition | undefined =>
  brokerDefinition(key) ?? brokerDefinition(listenerBaseKey(key) ?? '')

/** The names under which a broker's key may be set: itself, and what counts when it is not. */
const brokerNames = (key: string): readonly string[] => {
  const base = listenerBaseKey(key)
  return base === undefined ? (UNIT_SYNONYMS.get(key) ?? [key]) : [key, base]
}

/**
 * Every place where a key of the broker is set, in order of precedence. As Kafka does it, what comes before the first
 * place that has the key's own name is left out, so a key without a value of its own has no synonyms.
 */
const brokerSynonyms = (key: string, sources: BrokerConfigSources): DescribedSynonym[] => {
  const secret = isSensitive(definitionOf(key))
  const found: DescribedSynonym[] = []
  const names = brokerNames(key)
  const add = (name: string, value: string | null | undefined, source: ConfigSource): void => {
    if (value !== undefined && value !== null) found.push({ name, value: secret ? null : value, source })
  }
  for (const name of names) add(name, sources.dynamicBroker.get(name), ConfigSource.DYNAMIC_BROKER)
  for (const name of names) add(name, sources.dynamicDefault.get(name), ConfigSource.DYNAMIC_DEFAULT_BROKER)
  for (const name of names) add(name, sources.staticBroker.get(name), ConfigSource.STATIC_BROKER)
  for (const name of names) {
    const definition = brokerDefinition(name)
    if (!definition?.dynamicOnly) add(name, definition?.defaultValue, ConfigSource.DEFAULT)
  }
  const first = found.findIndex(({ name }) => name === key)
  return first < 0 ? [] : found.slice(first)
}

const described = (
  name: string,
  {
    definition,
    value,
    synonyms,
    readOnly,
  }: {
    definition: ConfigDefinition | undefined
    value: string | null
    synonyms: readonly DescribedSynonym[]
    readOnly: boolean
  },
): DescribedConfig => {
  const configSource = synonyms[0]?.source ?? ConfigSource.DEFAULT
  const secret = isSensitive(definition)
  return {
    name,
    value: secret ? null : value,
    readOnly,
    isDefault: configSource === ConfigSource.DEFAULT,
    configSource,
    isSensitive: secret,
    synonyms,
    configType: CONFIG_TYPE_IDS[definition?.type ?? 'UNKNOWN'],
    documentation: definition?.doc ?? null,
  }
}

/** The keys that are documented, and those that are set though they are not. */
const shownKeys = (definitions: ConfigDefinitions, ...set: ConfigTexts[]): readonly string[] => {
  const documented = Object.keys(definitions).filter(
    key => !definitions[key]?.internal && !definitions[key]?.dynamicOnly,
  )
  return [...new Set([...documented, ...set.flatMap(texts => [...texts.keys()])])].sort()
}

/** Every setting of a topic. `overrides` are its own. */
export const describeTopicConfigs = (
  overrides: ConfigTexts,
  sources: BrokerConfigSources,
): DescribedConfig[] =>
  shownKeys(topicDefinitions, overrides).map(name => {
    const definition = topicDefinitions[name]
    const value = definition ? topicValue(name, overrides, sources).text : null
    const ofBroker = topicSynonyms(name)[0]?.key
    const synonyms = ofBroker === undefined ? [] : brokerSynonyms(ofBroker, sources)
    if (overrides.has(name)) synonyms.unshift({ name, value, source: ConfigSource.TOPIC })
    return described(name, { definition, value, synonyms, readOnly: false })
  })

/** Every setting of a group. `overrides` are its own. */
export const describeGroupConfigs = (
  overrides: ConfigTexts,
  sources: BrokerConfigSources,
): DescribedConfig[] =>
  shownKeys(groupDefinitions, overrides).map(name => {
    const definition = groupDefinitions[name]
    const value = definition ? groupValue(name, overrides, sources).text : null
    const ofBroker = groupSynonym(name)
    const synonyms: DescribedSynonym[] =
      ofBroker === undefined
        ? [{ name, value: definition?.defaultValue ?? null, source: ConfigSource.DEFAULT }]
        : brokerSynonyms(ofBroker, sources)
    if (overrides.has(name)) synonyms.unshift({ name, value, source: ConfigSource.GROUP })
    return described(name, { definition, value, synonyms, readOnly: false })
  })

const isReadOnly = (key: string): boolean => {
  const definition = brokerDefinition(key)
  return definition === undefined || definition.dynamic === 'read-only'
}

const brokerValue = (key: string, sources: BrokerConfigSources): string | null => {
  if (brokerDefinition(key)) return effectiveValue(key, sources).text
  const definition = definitionOf(key)
  if (!definition) return null
  const { dynamicBroker, dynamicDefault, staticBroker } = sources
  const text = dynamicBroker.get(key) ?? dynamicDefault.get(key) ?? staticBroker.get(key) ?? null
  const result: EffectiveValue | { problem: string } = parseValue(key, text, definition)
  return 'problem' in result ? null : result.text
}

/** Every setting of this broker. */
export const describeBrokerConfigs = (sources: BrokerConfigSources): DescribedConfig[] =>
  shownKeys(BROKER_CONFIGS, sources.staticBroker, sources.dynamicDefault, sources.dynamicBroker).map(name =>
    described(name, {
      definition: definitionOf(name),
      value: brokerValue(name, sources),
      synonyms: brokerSynonyms(name, sources),
      readOnly: isReadOnly(name),
    }),
  )

/** What is set at run time for all brokers. */
export const describeDefaultBrokerConfigs = (sources: BrokerConfigSources): DescribedConfig[] =>
  [...sources.dynamicDefault].map(([name, value]) =>
    described(name, {
      definition: definitionOf(name),
      value,
      synonyms: brokerSynonyms(name, sources).filter(
        ({ source }) => source === ConfigSource.DYNAMIC_DEFAULT_BROKER,
      ),
      readOnly: isReadOnly(name),
    }),
  )
