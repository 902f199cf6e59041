import type { ConfigDefinition } from '../../config/config-definition.ts'
import { isSensitive } from '../../config/config-definition.ts'
import type { BrokerConfigSources, ConfigTexts } from '../../config/config-sources.ts'
import { GROUP_CONFIGS } from '../../config/definitions/group-configs.ts'
import { TOPIC_CONFIGS } from '../../config/definitions/topic-configs.ts'
import { brokerDefinition } from '../../config/known-keys.ts'
import { parseValue } from '../../config/parse-value.ts'
import { topicValue } from '../../config/resolve-topic-config.ts'
import { topicSynonyms } from '../../config/topic-synonyms.ts'
import type { ConfigResource, ConfigValues } from '../image/configs-image.ts'
import { ConfigResourceType } from '../image/configs-image.ts'
import type { ConfigSchema, EffectiveTopicConfig } from './config-schema.ts'

/** DescribeConfigsResponse.ConfigSource. */
const SOURCE = { dynamicTopic: 1, dynamicDefaultBroker: 3, staticBroker: 4, default: 5 } as const

const NO_TEXTS: ConfigTexts = new Map()

/** The settings as `config/` defines them, over what this controller's file says. */
export class DefinedConfigSchema implements ConfigSchema {
  readonly #staticBroker: ConfigTexts
  /** Resolving is remembered by source, so one set of defaults has one object. */
  #sources: { readonly defaults: ConfigValues; readonly sources: BrokerConfigSources } | undefined

  constructor(options: { readonly staticBroker: ConfigTexts }) {
    this.#staticBroker = options.staticBroker
  }

  validate(resource: ConfigResource, values: ConfigValues): string | undefined {
    for (const [key, text] of values) {
      const definition = definitionOf(resource, key)
      if (definition === undefined) {
        if (
          resource.type === ConfigResourceType.BROKER ||
          resource.type === ConfigResourceType.CLIENT_METRICS
        ) {
          continue
        }
        const kind = resource.type === ConfigResourceType.TOPIC ? 'topic' : 'group'
        return `Unknown ${kind} config name: ${key}`
      }
      const parsed = parseValue(key, text, definition)
      if ('problem' in parsed) return parsed.problem
    }
    return undefined
  }

  isList(resource: ConfigResource, key: string): boolean {
    return definitionOf(resource, key)?.type === 'LIST'
  }

  defaultText(resource: ConfigResource, key: string): string | undefined {
    if (resource.type === ConfigResourceType.TOPIC && Object.hasOwn(TOPIC_CONFIGS, key)) {
      return topicValue(key, NO_TEXTS, this.#sourcesWith(NO_TEXTS)).text ?? undefined
    }
    return definitionOf(resource, key)?.defaultValue ?? undefined
  }

  topicValue(
    key: string,
    { topic, clusterDefaults }: { topic: ConfigValues; clusterDefaults: ConfigValues },
  ): string | undefined {
    return topicValue(key, topic, this.#sourcesWith(clusterDefaults)).text ?? undefined
  }

  effectiveTopicConfigs(settings: {
    topic: ConfigValues
    clusterDefaults: ConfigValues
  }): readonly EffectiveTopicConfig[] {
    return Object.entries<ConfigDefinition>(TOPIC_CONFIGS)
      .filter(([name, definition]) => definition.internal === undefined || settings.topic.has(name))
      .map(([name, definition]) => ({
        name,
        value: this.topicValue(name, settings),
        source: this.#sourceOf(name, settings),
        isSensitive: isSensitive(definition),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #sourceOf(
    name: string,
    { topic, clusterDefaults }: { topic: ConfigValues; clusterDefaults: ConfigValues },
  ): number {
    if (topic.has(name)) return SOURCE.dynamicTopic
    const keys = topicSynonyms(name).map(({ key }) => key)
    if (keys.some(key => clusterDefaults.has(key))) return SOURCE.dynamicDefaultBroker
    return keys.some(key => this.#staticBroker.has(key)) ? SOURCE.staticBroker : SOURCE.default
  }

  #sourcesWith(defaults: ConfigValues): BrokerConfigSources {
    if (this.#sources === undefined || !sameTexts(this.#sources.defaults, defaults)) {
      const copy = new Map(defaults)
      const sources = { staticBroker: this.#staticBroker, dynamicDefault: copy, dynamicBroker: NO_TEXTS }
      this.#sources = { defaults: copy, sources }
    }
    return this.#sources.sources
  }
}

function definitionOf(resource: ConfigResource, key: string): ConfigDefinition | undefined {
  switch (resource.type) {
    case ConfigResourceType.TOPIC:
      return Object.hasOwn(TOPIC_CONFIGS, key) ? TOPIC_CONFIGS[key as keyof typeof TOPIC_CONFIGS] : undefined
    case ConfigResourceType.GROUP:
      return Object.hasOwn(GROUP_CONFIGS, key) ? GROUP_CONFIGS[key as keyof typeof GROUP_CONFIGS] : undefined
    case ConfigResourceType.BROKER:
      return brokerDefinition(key)
    default:
      return undefined
  }
}

function sameTexts(a: ConfigTexts, b: ConfigTexts): boolean {
  return a.size === b.size && [...a].every(([key, text]) => b.get(key) === text)
}
