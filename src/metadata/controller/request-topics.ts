/** A request's topics by name, the first of each, with how often it is there: a client that names one twice is refused. */
export function groupByName<T extends { readonly name: string }>(
  topics: readonly T[],
): ReadonlyMap<string, { readonly topic: T; readonly count: number }> {
  const groups = new Map<string, { topic: T; count: number }>()
  for (const topic of topics) {
    const group = groups.get(topic.name)
    if (group === undefined) groups.set(topic.name, { topic, count: 1 })
    else group.count++
  }
  return groups
}
