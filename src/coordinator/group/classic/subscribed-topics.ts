import { codecOf } from '../../../protocol/codec.ts'
import { consumerProtocolSubscription } from '../../../protocol/messages/consumer-protocol-subscription.ts'
import { DecodeError, Reader } from '../../../protocol/reader.ts'

/** The protocol type of consumers. What other types' members tell is not looked into. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

/** Every version of a subscription begins like this one, so newer ones are understood as far as needed. */
const PREFIX_VERSION = 0

/**
 * All topics that the members of a consumer group subscribe to; undefined where one member's subscription cannot be read: then
 * nobody knows (ClassicGroup.computeSubscribedTopics).
 */
export function subscribedTopics(subscriptions: Iterable<Buffer>): ReadonlySet<string> | undefined {
  const topics = new Set<string>()
  for (const subscription of subscriptions) {
    const read = readTopics(subscription)
    if (read === undefined) return undefined
    for (const topic of read) topics.add(topic)
  }
  return topics
}

function readTopics(subscription: Buffer): readonly string[] | undefined {
  try {
    const reader = new Reader(subscription)
    if (reader.int16() < 0) return undefined
    return codecOf(consumerProtocolSubscription, PREFIX_VERSION).decode(reader).topics
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
