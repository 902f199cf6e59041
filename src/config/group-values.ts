import { BROKER_CONFIGS } from './broker-configs.ts'
import type { ConfigDefinition, ConfigDefinitions } from './config-definition.ts'
import {
  type BrokerConfigSources,
  type ConfigTexts,
  defaultValue,
  type EffectiveValue,
  effectiveValue,
} from './config-sources.ts'
import { GROUP_CONFIGS } from './definitions/group-configs.ts'
import { parseValue } from './parse-value.ts'

const definitions: ConfigDefinitions = GROUP_CONFIGS

/** The broker's key that gives a group's key its default: the same with `group.` before it, where there is one. */
export const groupSynonym = (name: string): string | undefined => {
  const ofBroker = `group.${name}`
  return Object.hasOwn(BROKER_CONFIGS, ofBroker) ? ofBroker : undefined
}

/** What is in force for a key of a group. An override that cannot be read gives way to the default. */
export const groupValue = (
  name: string,
  overrides: ConfigTexts,
  sources: BrokerConfigSources,
): EffectiveValue => {
  const definition = definitions[name] as ConfigDefinition
  const text = overrides.get(name)
  if (text !== undefined) {
    const result = parseValue(name, text, definition)
    if (!('problem' in result)) return result
  }
  const ofBroker = groupSynonym(name)
  return ofBroker === undefined ? defaultValue(name, definition) : effectiveValue(ofBroker, sources)
}
