/** What to put (a value) or to remove (undefined), by key. */
export type MapChanges<K, V> = ReadonlyMap<K, V | undefined>

/** A small map with changes, as a new one; itself where there are none. For large ones see `ImmutableMap`. */
export function withChanges<K, V>(before: ReadonlyMap<K, V>, changes: MapChanges<K, V>): ReadonlyMap<K, V> {
  if (changes.size === 0) return before
  const after = new Map(before)
  for (const [key, value] of changes) {
    if (value === undefined) after.delete(key)
    else after.set(key, value)
  }
  return after
}
