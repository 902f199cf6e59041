import type { ConfigResource, ConfigValues } from '../image/configs-image.ts'

/** One setting in force for a new topic, as CreateTopics tells it. */
export interface EffectiveTopicConfig {
  readonly name: string
  readonly value: string | undefined
  /** Where it comes from, by Kafka's ids (DescribeConfigsResponse.ConfigSource). */
  readonly source: number
  readonly isSensitive: boolean
}

/**
 * What the controller has to know of the settings that there are. The definitions are `config/`'s;
 * `defined-config-schema.ts` reads them.
 */
export interface ConfigSchema {
  /** What is wrong with the settings that a resource would have, as a sentence for the user; undefined: nothing. */
  validate(resource: ConfigResource, values: ConfigValues): string | undefined
  /** The key takes a list, so that single entries can be appended and taken away. */
  isList(resource: ConfigResource, key: string): boolean
  /** What a list is before anything was set on the resource. */
  defaultText(resource: ConfigResource, key: string): string | undefined
  /** A topic's setting in force, given the topic's own settings and the cluster's defaults for brokers. */
  topicValue(
    key: string,
    settings: { topic: ConfigValues; clusterDefaults: ConfigValues },
  ): string | undefined
  /** All of a topic's settings in force, sorted by name. */
  effectiveTopicConfigs(settings: {
    topic: ConfigValues
    clusterDefaults: ConfigValues
  }): readonly EffectiveTopicConfig[]
}
