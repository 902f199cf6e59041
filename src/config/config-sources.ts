import { BROKER_CONFIGS, type BrokerConfigKey } from './broker-configs.ts'
import type { ParsedValue } from './check-value.ts'
import type { ConfigDefinition, ConfigDefinitions, ConfigValue } from './config-definition.ts'
import { parseValue } from './parse-value.ts'

/** Names of keys with their texts. */
export type ConfigTexts = ReadonlyMap<string, string>

/** Where a broker's settings come from; the later ones give way to the earlier (KIP-226). */
export interface BrokerConfigSources {
  /** Set at run time on this broker. */
  readonly dynamicBroker: ConfigTexts
  /** Set at run time for all brokers. */
  readonly dynamicDefault: ConfigTexts
  /** From the properties file. */
  readonly staticBroker: ConfigTexts
}

const definitions: ConfigDefinitions = BROKER_CONFIGS

/** A valid value with its canonical text. */
export interface EffectiveValue {
  readonly value: ParsedValue
  readonly text: string | null
}

/**
 * What is in force for a key of the broker. A value set at run time that cannot be read (a newer release wrote it, say)
 * gives way to the next source, as does one in the file, which the start has refused before.
 */
export const effectiveValue = (key: string, sources: BrokerConfigSources): EffectiveValue => {
  const definition = definitions[key] as ConfigDefinition
  for (const texts of [sources.dynamicBroker, sources.dynamicDefault, sources.staticBroker]) {
    const text = texts.get(key)
    if (text === undefined) continue
    const result = parseValue(key, text, definition)
    if (!('problem' in result)) return result
  }
  return defaultValue(key, definition)
}

/** A key's default, parsed. */
export const defaultValue = (name: string, definition: ConfigDefinition): EffectiveValue => {
  const result = parseValue(name, definition.defaultValue ?? null, definition)
  return 'problem' in result ? { value: null, text: null } : result
}

/** What is in force for a key of the broker, with the type that its definition tells; `undefined` when unset. */
export const effective = <Key extends BrokerConfigKey>(
  key: Key,
  sources: BrokerConfigSources,
): ConfigValue<(typeof BROKER_CONFIGS)[Key]> =>
  (effectiveValue(key, sources).value ?? undefined) as ConfigValue<(typeof BROKER_CONFIGS)[Key]>
