const LEGAL = /^[a-zA-Z0-9._-]+$/
const LONGEST = 249

/** Topics that the broker itself keeps. */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])

export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name)
}

/** Whether a topic may have this name (org.apache.kafka.common.internals.Topic). */
export function isLegalTopicName(name: string): boolean {
  return name !== '.' && name !== '..' && name.length <= LONGEST && LEGAL.test(name)
}
