/** The metadata log's own topic: never created, deleted or produced to by users. */
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata'

const LONGEST_TOPIC_NAME = 249
const LEGAL_TOPIC_NAME = /^[a-zA-Z0-9._-]+$/

/** What is wrong with a topic's name, in Kafka's words; undefined: nothing (org.apache.kafka.common.internals.Topic). */
export function invalidTopicName(name: string): string | undefined {
  const reason = invalidBecause(name)
  return reason === undefined ? undefined : `Topic name is invalid: ${reason}`
}

export function isLegalTopicName(name: string): boolean {
  return invalidBecause(name) === undefined
}

/** Topics that the broker itself keeps. */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])

export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name)
}

function invalidBecause(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > LONGEST_TOPIC_NAME) {
    return `the length of '${name}' is longer than the max allowed length ${LONGEST_TOPIC_NAME}`
  }
  if (LEGAL_TOPIC_NAME.test(name)) return undefined
  return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}

/** The name that topics must not share: metrics' names turn a period into an underscore. Undefined: it has neither. */
export function collisionKey(name: string): string | undefined {
  return /[._]/.test(name) ? name.replaceAll('.', '_') : undefined
}
