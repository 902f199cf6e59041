import type { MapChanges } from './map-changes.ts'

const FEWEST_BUCKETS = 16
/** Buckets are doubled twice when they hold more than this many entries on average. */
const FULLEST_BUCKET = 64

/**
 * A map that never changes: `with` makes a new one that shares what did not change. It is a table of small maps, of
 * which only those with a changed key are copied, so that one topic more in ten thousand costs microseconds.
 */
export class ImmutableMap<K extends string | number, V> {
  readonly #buckets: readonly (ReadonlyMap<K, V> | undefined)[]
  readonly size: number

  private constructor(buckets: readonly (ReadonlyMap<K, V> | undefined)[], size: number) {
    this.#buckets = buckets
    this.size = size
  }

  static empty<K extends string | number, V>(): ImmutableMap<K, V> {
    return new ImmutableMap<K, V>(new Array<undefined>(FEWEST_BUCKETS).fill(undefined), 0)
  }

  static from<K extends string | number, V>(entries: Iterable<readonly [K, V]>): ImmutableMap<K, V> {
    return ImmutableMap.empty<K, V>().with(new Map(entries))
  }

  get(key: K): V | undefined {
    return this.#buckets[bucketOf(key, this.#buckets.length)]?.get(key)
  }

  has(key: K): boolean {
    return this.#buckets[bucketOf(key, this.#buckets.length)]?.has(key) ?? false
  }

  /** This map with the changes; itself where there are none. */
  with(changes: MapChanges<K, V>): ImmutableMap<K, V> {
    if (changes.size === 0) return this
    const grown = this.#sizedFor(this.size + changes.size)
    const buckets = [...grown.#buckets]
    const copied = new Map<number, Map<K, V>>()
    let size = this.size
    for (const [key, value] of changes) {
      const index = bucketOf(key, buckets.length)
      let bucket = copied.get(index)
      if (bucket === undefined) {
        bucket = new Map(buckets[index])
        copied.set(index, bucket)
        buckets[index] = bucket
      }
      size -= bucket.size
      if (value === undefined) bucket.delete(key)
      else bucket.set(key, value)
      size += bucket.size
    }
    return new ImmutableMap(buckets, size)
  }

  #sizedFor(entries: number): ImmutableMap<K, V> {
    let count = this.#buckets.length
    while (entries > count * FULLEST_BUCKET) count *= 4
    if (count === this.#buckets.length) return this
    const buckets = new Array<Map<K, V> | undefined>(count).fill(undefined)
    for (const [key, value] of this) {
      const index = bucketOf(key, count)
      const bucket = buckets[index] ?? new Map<K, V>()
      buckets[index] = bucket
      bucket.set(key, value)
    }
    return new ImmutableMap(buckets, this.size)
  }

  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket
  }

  *keys(): IterableIterator<K> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.keys()
  }

  *values(): IterableIterator<V> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.values()
  }
}

/** `count` is a power of two. */
function bucketOf(key: string | number, count: number): number {
  if (typeof key === 'number') return key & (count - 1)
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) & (count - 1)
}
