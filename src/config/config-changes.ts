import { BROKER_CONFIGS } from './broker-configs.ts'
import type { ConfigDefinitions, ConfigScope } from './config-definition.ts'
import type { ConfigTexts } from './config-sources.ts'
import { GROUP_CONFIGS } from './definitions/group-configs.ts'
import { TOPIC_CONFIGS } from './definitions/topic-configs.ts'

/** Why a change is turned down: the error code's name and the message for the client, in Kafka's words. */
export interface ConfigViolation {
  readonly error: 'INVALID_CONFIG' | 'INVALID_REQUEST'
  readonly message: string
}

export const isViolation = (result: object): result is ConfigViolation => 'error' in result

/** One change of IncrementalAlterConfigs (KIP-339). `append` and `subtract` are for lists. */
export type ConfigChange =
  | { readonly name: string; readonly operation: 'set' | 'append' | 'subtract'; readonly value: string }
  | { readonly name: string; readonly operation: 'delete' }

export type ConfigOperation = ConfigChange['operation']

const DEFINITIONS: Readonly<Record<ConfigScope, ConfigDefinitions>> = {
  broker: BROKER_CONFIGS,
  topic: TOPIC_CONFIGS,
  group: GROUP_CONFIGS,
}

const notAList = (scope: ConfigScope, { name, operation }: ConfigChange): ConfigViolation => ({
  error: 'INVALID_CONFIG',
  message:
    scope !== 'broker'
      ? `Can't ${operation.toUpperCase()} to key ${name} because its type is not LIST.`
      : Object.hasOwn(BROKER_CONFIGS, name)
        ? `Config value ${operation} is not allowed for config key: ${name}`
        : `Unknown config name: ${name}`,
})

const parts = (text: string | null | undefined): string[] =>
  (text ?? '').split(',').filter(part => part !== '')

const appended = (old: readonly string[], value: string): string[] => [
  ...new Set([...old, ...value.split(',')]),
]

const subtracted = (old: readonly string[], value: string): string[] => {
  const left = [...old]
  for (const part of value.split(',')) {
    const index = left.indexOf(part)
    if (index >= 0) left.splice(index, 1)
  }
  return left
}

const changedValue = (
  scope: ConfigScope,
  current: string | undefined,
  change: ConfigChange,
): string | undefined | ConfigViolation => {
  if (change.operation === 'delete') return undefined
  if (change.operation === 'set') return change.value
  const definitions = DEFINITIONS[scope]
  const definition = Object.hasOwn(definitions, change.name) ? definitions[change.name] : undefined
  if (definition?.type !== 'LIST') return notAList(scope, change)
  const old = parts(current ?? definition.defaultValue)
  return (change.operation === 'append' ? appended : subtracted)(old, change.value).join(',')
}

/** What a resource's own settings become. */
export interface ChangedConfigs {
  /** All of them. */
  readonly values: ConfigTexts
  /** Those that the changes name; `null`: taken away. */
  readonly changed: ReadonlyMap<string, string | null>
}

/**
 * Applies changes to a resource's own settings, one after the other. A list that is not set starts from its default.
 * The result is not checked yet.
 */
export const applyConfigChanges = (
  scope: ConfigScope,
  current: ConfigTexts,
  changes: readonly ConfigChange[],
): ChangedConfigs | ConfigViolation => {
  const values = new Map(current)
  const changed = new Map<string, string | null>()
  for (const change of changes) {
    const value = changedValue(scope, values.get(change.name), change)
    if (typeof value === 'object') return value
    if (value === undefined) values.delete(change.name)
    else values.set(change.name, value)
    changed.set(change.name, value ?? null)
  }
  return { values, changed }
}

/** Replaces a resource's own settings by others (the older AlterConfigs). */
export const replaceConfigs = (current: ConfigTexts, values: ConfigTexts): ChangedConfigs => ({
  values,
  changed: new Map([...[...current.keys()].map(name => [name, null] as const), ...values]),
})
