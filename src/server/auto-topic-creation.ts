import type { BrokerConfig } from '../config/broker-config.ts'
import type { ControllerPort } from '../metadata/controller/controller-port.ts'
import { isLegalTopicName } from '../metadata/topic-name.ts'
import { ApiError, ErrorCode } from '../protocol/error-code.ts'

const CREATION_TIMEOUT_MS = 30_000

/**
 * Makes topics because somebody asked for them: a client's Metadata request where `auto.create.topics.enable` is set,
 * and the internal topics when they are first needed (Apache Kafka's AutoTopicCreationManager).
 */
export class AutoTopicCreation {
  readonly #config: () => BrokerConfig
  readonly #controller: ControllerPort
  readonly #nowMs: () => number
  /** Creations under way: everybody who asks meanwhile waits for the same one. */
  readonly #underWay = new Map<string, Promise<ErrorCode>>()

  constructor(options: {
    config: () => BrokerConfig
    controller: ControllerPort
    monotonicMs: () => number
  }) {
    this.#config = options.config
    this.#controller = options.controller
    this.#nowMs = options.monotonicMs
  }

  /** What a client is told of a topic that is not there and is not to be made. */
  refusal(topic: string): ErrorCode {
    return isLegalTopicName(topic) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION
  }

  /** Resolves to NONE once the topic is there and led, else to the reason. Never rejects. */
  create(topic: string): Promise<ErrorCode> {
    if (!isLegalTopicName(topic)) return Promise.resolve(ErrorCode.INVALID_TOPIC_EXCEPTION)
    const underWay = this.#underWay.get(topic)
    if (underWay !== undefined) return underWay
    const creation = this.#create(topic).finally(() => this.#underWay.delete(topic))
    this.#underWay.set(topic, creation)
    return creation
  }

  async #create(topic: string): Promise<ErrorCode> {
    try {
      const { topics } = await this.#controller.createTopics(
        { topics: [this.#definition(topic)], timeoutMs: CREATION_TIMEOUT_MS, validateOnly: false },
        { principal: 'User:ANONYMOUS', deadlineMs: this.#nowMs() + CREATION_TIMEOUT_MS },
      )
      const code = topics[0]?.errorCode as ErrorCode
      return code === ErrorCode.TOPIC_ALREADY_EXISTS ? ErrorCode.NONE : code
    } catch (error) {
      return error instanceof ApiError ? error.code : ErrorCode.UNKNOWN_SERVER_ERROR
    }
  }

  #definition(name: string) {
    const config = this.#config()
    const plain = { name, assignments: [] }
    const compacted = { name: 'cleanup.policy', value: 'compact' }
    switch (name) {
      case '__consumer_offsets':
        return {
          ...plain,
          numPartitions: config.offsetsTopicNumPartitions,
          replicationFactor: config.offsetsTopicReplicationFactor,
          configs: [
            compacted,
            { name: 'segment.bytes', value: String(config.offsetsTopicSegmentBytes) },
            { name: 'compression.type', value: 'producer' },
          ],
        }
      default:
        return { ...plain, numPartitions: -1, replicationFactor: -1, configs: [] }
    }
  }
}
