import type { BrokerConfig } from '../config/broker-config.ts'
import { withDynamicConfigs } from '../config/load-broker-config.ts'
import type { MetadataDelta, MetadataImage } from '../metadata/image/metadata-image.ts'
import type { MetadataPublisher } from '../metadata/image/metadata-publisher.ts'

/** This node's configuration as it is in force: the file's, with what has been set at run time over it (KIP-226). */
export class DynamicConfig implements MetadataPublisher {
  readonly name = 'DynamicConfigPublisher'
  readonly #static: BrokerConfig
  #current: BrokerConfig

  constructor(config: BrokerConfig) {
    this.#static = config
    this.#current = config
  }

  get current(): BrokerConfig {
    return this.#current
  }

  onMetadataUpdate(delta: MetadataDelta, { configs }: MetadataImage): void {
    if (delta.configs === undefined) return
    const dynamicDefault = configs.defaultBrokerConfigs()
    const dynamicBroker = configs.brokerConfigs(this.#static.nodeId)
    this.#current = withDynamicConfigs(this.#static, { dynamicBroker, dynamicDefault })
  }
}
