import type { BrokerConfigKey } from './broker-configs.ts'
import type { ConfigViolation } from './config-changes.ts'
import type { ConfigDefinitions } from './config-definition.ts'
import { type BrokerConfigSources, type ConfigTexts, effectiveValue } from './config-sources.ts'
import { GROUP_CONFIGS } from './definitions/group-configs.ts'
import { TOPIC_CONFIGS } from './definitions/topic-configs.ts'
import { groupValue } from './group-values.ts'
import { parseValue } from './parse-value.ts'
import { topicValue } from './resolve-topic-config.ts'

const invalidConfig = (message: string): ConfigViolation => ({ error: 'INVALID_CONFIG', message })

const firstInvalid = (
  texts: ConfigTexts,
  definitions: ConfigDefinitions,
  kind: string,
): string | undefined => {
  for (const name of texts.keys()) {
    if (!Object.hasOwn(definitions, name)) return `Unknown ${kind} config name: ${name}`
  }
  for (const [name, text] of texts) {
    const result = parseValue(name, text, definitions[name] as ConfigDefinitions[string])
    if ('problem' in result) return result.problem
  }
  return undefined
}

/**
 * Checks the own settings that a topic is to have (Kafka's `LogConfig.validate`).
 * @returns what is wrong with them, `undefined` when nothing is
 */
export const validateTopicConfigs = (
  overrides: ConfigTexts,
  sources: BrokerConfigSources,
): ConfigViolation | undefined => {
  const problem = firstInvalid(overrides, TOPIC_CONFIGS, 'topic')
  if (problem !== undefined) return invalidConfig(problem)
  const min = topicValue('min.compaction.lag.ms', overrides, sources)
  const max = topicValue('max.compaction.lag.ms', overrides, sources)
  if ((min.value as number) > (max.value as number)) {
    return invalidConfig(
      `conflict topic config setting min.compaction.lag.ms (${min.text}) > max.compaction.lag.ms (${max.text})`,
    )
  }
  if (topicValue('remote.storage.enable', overrides, sources).value === true) {
    return invalidConfig(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    )
  }
  return undefined
}

/** A group's key, the broker's keys that bound it, and the key that must stay below it. */
const GROUP_BOUNDS: readonly {
  name: string
  min?: BrokerConfigKey
  max?: BrokerConfigKey
  above?: string
}[] = [
  ...(['consumer', 'share', 'streams'] as const).flatMap(kind => [
    {
      name: `${kind}.heartbeat.interval.ms`,
      min: `group.${kind}.min.heartbeat.interval.ms`,
      max: `group.${kind}.max.heartbeat.interval.ms`,
    } as const,
    {
      name: `${kind}.session.timeout.ms`,
      min: `group.${kind}.min.session.timeout.ms`,
      max: `group.${kind}.max.session.timeout.ms`,
      above: `${kind}.heartbeat.interval.ms`,
    } as const,
    {
      name: `${kind}.assignment.interval.ms`,
      min: `group.${kind}.min.assignment.interval.ms`,
      max: `group.${kind}.max.assignment.interval.ms`,
    } as const,
  ]),
  {
    name: 'share.record.lock.duration.ms',
    min: 'group.share.min.record.lock.duration.ms',
    max: 'group.share.max.record.lock.duration.ms',
  },
  {
    name: 'share.delivery.count.limit',
    min: 'group.share.min.delivery.count.limit',
    max: 'group.share.max.delivery.count.limit',
  },
  {
    name: 'share.partition.max.record.locks',
    min: 'group.share.min.partition.max.record.locks',
    max: 'group.share.max.partition.max.record.locks',
  },
  { name: 'streams.num.standby.replicas', max: 'group.streams.max.standby.replicas' },
]

/** Checks the own settings that a group is to have (Kafka's `GroupConfig.validate`). */
export const validateGroupConfigs = (
  overrides: ConfigTexts,
  sources: BrokerConfigSources,
): ConfigViolation | undefined => {
  const problem = firstInvalid(overrides, GROUP_CONFIGS, 'group')
  if (problem !== undefined) return invalidConfig(problem)
  const ofGroup = (name: string): number => groupValue(name, overrides, sources).value as number
  const ofBroker = (key: string): number => effectiveValue(key, sources).value as number
  for (const { name, min, max } of GROUP_BOUNDS) {
    if (!overrides.has(name)) continue
    if (min && ofGroup(name) < ofBroker(min)) {
      return invalidConfig(`${name} must be greater than or equal to ${min}`)
    }
    if (max && ofGroup(name) > ofBroker(max))
      return invalidConfig(`${name} must be less than or equal to ${max}`)
  }
  for (const { name, above } of GROUP_BOUNDS) {
    if (above && ofGroup(name) <= ofGroup(above))
      return invalidConfig(`${name} must be greater than ${above}`)
  }
  return undefined
}
