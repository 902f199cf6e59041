import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigSource } from '../config/config-source.ts'
import {
  type DescribedConfig,
  describeBrokerConfigs,
  describeDefaultBrokerConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
} from '../config/describe-configs.ts'
import {
  type ConfigResource,
  ConfigResourceType,
  type ConfigValues,
} from '../metadata/image/configs-image.ts'
import type { MetadataImage } from '../metadata/image/metadata-image.ts'
import { isLegalTopicName } from '../metadata/topic-name.ts'
import { ApiError, ErrorCode } from '../protocol/error-code.ts'

/** STRING, by the ids of DescribeConfigs. */
const STRING_TYPE = 2

/** The settings of topics, brokers, groups and client metrics as DescribeConfigs tells them (Apache Kafka's ConfigHelper). */
export class ConfigDescriber {
  readonly #config: () => BrokerConfig
  readonly #image: () => MetadataImage

  constructor(options: { config: () => BrokerConfig; image: () => MetadataImage }) {
    this.#config = options.config
    this.#image = options.image
  }

  /** Every setting of a resource. Throws ApiError where there is no such resource. */
  describe({
    resourceType,
    resourceName,
  }: {
    resourceType: number
    resourceName: string
  }): DescribedConfig[] {
    switch (resourceType) {
      case ConfigResourceType.TOPIC:
        return this.#describeTopic(resourceName)
      case ConfigResourceType.BROKER:
        return this.#describeBroker(resourceName)
      case ConfigResourceType.BROKER_LOGGER:
        this.#refuseOtherBroker(resourceName)
        return []
      case ConfigResourceType.GROUP:
        if (resourceName === '')
          throw new ApiError(ErrorCode.INVALID_REQUEST, 'The name of a group must not be empty.')
        return describeGroupConfigs(
          this.#valuesOf({ type: ConfigResourceType.GROUP, name: resourceName }),
          this.#sources,
        )
      case ConfigResourceType.CLIENT_METRICS:
        if (resourceName === '') {
          throw new ApiError(
            ErrorCode.INVALID_REQUEST,
            'The name of a client metrics subscription must not be empty.',
          )
        }
        return describeAsSet(this.#valuesOf({ type: ConfigResourceType.CLIENT_METRICS, name: resourceName }))
      default:
        throw new ApiError(ErrorCode.INVALID_REQUEST, `There is no kind of resource ${resourceType}.`)
    }
  }

  get #sources() {
    return this.#config().sources
  }

  #valuesOf(resource: ConfigResource): ConfigValues {
    return this.#image().configs.valuesOf(resource)
  }

  #describeTopic(name: string): DescribedConfig[] {
    if (!isLegalTopicName(name))
      throw new ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, `"${name}" can be no topic's name.`)
    const { topics, configs } = this.#image()
    if (topics.topicByName(name) === undefined) throw new ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    return describeTopicConfigs(configs.topicConfigs(name), this.#sources)
  }

  /** The empty name stands for what is set for all brokers. */
  #describeBroker(name: string): DescribedConfig[] {
    if (name === '') return describeDefaultBrokerConfigs(this.#sources)
    this.#refuseOtherBroker(name)
    return describeBrokerConfigs(this.#sources)
  }

  #refuseOtherBroker(name: string): void {
    const { nodeId } = this.#config()
    if (name !== String(nodeId)) {
      throw new ApiError(
        ErrorCode.INVALID_REQUEST,
        `Unexpected broker id, expected ${nodeId} but received ${name}`,
      )
    }
  }
}

/** Settings that have no definition: shown as they were set. */
function describeAsSet(values: ConfigValues): DescribedConfig[] {
  return [...values].map(([name, value]) => ({
    name,
    value,
    readOnly: false,
    isDefault: false,
    configSource: ConfigSource.CLIENT_METRICS,
    isSensitive: false,
    synonyms: [],
    configType: STRING_TYPE,
    documentation: null,
  }))
}
