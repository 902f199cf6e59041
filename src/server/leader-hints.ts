import type { MetadataImage } from '../metadata/image/metadata-image.ts'
import { reachableAt } from './cluster-view.ts'

/** "No leader" and "no epoch" on the wire. */
const NONE = -1

/** Where a partition is led, for a client that came to the wrong broker (KIP-951). */
export interface LeaderHint {
  readonly leaderId: number
  readonly leaderEpoch: number
}

export interface NodeEndpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

/** The leaders that one response tells of, and where they are to be reached. */
export class LeaderHints {
  readonly #image: MetadataImage
  readonly #listenerName: string
  readonly #endpoints = new Map<number, NodeEndpoint>()

  constructor(image: MetadataImage, listenerName: string) {
    this.#image = image
    this.#listenerName = listenerName
  }

  of(topic: string, partition: number): LeaderHint {
    const registration = this.#image.topics.partition(topic, partition)
    if (registration === undefined) return { leaderId: NONE, leaderEpoch: NONE }
    const { leader, leaderEpoch } = registration
    if (leader === undefined) return { leaderId: NONE, leaderEpoch }
    const listener = reachableAt(this.#image, leader, this.#listenerName)
    if (listener !== undefined && !this.#endpoints.has(leader)) {
      const { host, port } = listener
      const rack = this.#image.cluster.brokers.get(leader)?.rack ?? null
      this.#endpoints.set(leader, { nodeId: leader, host, port, rack })
    }
    return { leaderId: leader, leaderEpoch }
  }

  get endpoints(): NodeEndpoint[] {
    return [...this.#endpoints.values()]
  }
}
