import type { IgnoredKey } from './broker-config.ts'
import { BROKER_CONFIGS } from './broker-configs.ts'
import { ConfigError } from './config-error.ts'
import type { ConfigTexts } from './config-sources.ts'
import { brokerDefinition, otherKeyReason, unknownKeyAdvice } from './known-keys.ts'
import { parseValue } from './parse-value.ts'

const REQUIRED_KEYS = Object.entries(BROKER_CONFIGS)
  .filter(([, definition]) => definition.defaultValue === undefined)
  .map(([key]) => key)

const REQUIRED_ADVICE: Readonly<Record<string, string>> = {
  'process.roles': 'add process.roles=broker,controller (a file for ZooKeeper mode has no such line)',
  'node.id': 'add node.id=1',
  'controller.listener.names':
    'add controller.listener.names=CONTROLLER and a CONTROLLER listener to listeners',
}

const checkRequired = (texts: ConfigTexts): void => {
  const missing = REQUIRED_KEYS.find(key => !texts.has(key))
  if (missing === undefined) return
  throw new ConfigError(`${missing} is missing and has no default: ${REQUIRED_ADVICE[missing] ?? 'set it'}`)
}

/** Checks one key of the file; tells the reason when it has no effect. */
const checkKey = (key: string, text: string): string | undefined => {
  const definition = brokerDefinition(key)
  if (!definition) {
    const reason = otherKeyReason(key)
    if (reason !== undefined) return reason
    throw new ConfigError(`unknown configuration key ${key}: ${unknownKeyAdvice(key)}`)
  }
  const result = parseValue(key, text, definition)
  if ('problem' in result) {
    const advice = definition.defaultValue
      ? `correct it (the default is ${definition.defaultValue})`
      : 'correct it'
    throw new ConfigError(`${result.problem.replace(/\.$/, '')}; ${advice}`)
  }
  if (definition.dynamicOnly) return 'it is set at run time only, with kafka-configs.sh'
  if ('ignored' in definition.use) return definition.use.ignored
  if ('refused' in definition.use && result.text !== (definition.defaultValue ?? '')) {
    throw new ConfigError(`${key} cannot be used (${definition.use.refused}): take it out`)
  }
  return undefined
}

/**
 * Checks that every key of a properties file is known and has a value of its type, and that none asks for something
 * that is not there and may not be left undone.
 * @returns the keys that have no effect
 */
export const checkKeys = (texts: ConfigTexts): readonly IgnoredKey[] => {
  const ignoredKeys: IgnoredKey[] = []
  for (const [key, text] of texts) {
    const reason = checkKey(key, text)
    if (reason !== undefined) ignoredKeys.push({ key, reason })
  }
  checkRequired(texts)
  return ignoredKeys
}
