import type { CommandContext } from '../../machine/machine.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'

type Random = CommandContext['random']

export interface UsableBroker {
  readonly id: number
  readonly rack: string | undefined
  readonly fenced: boolean
}

/** The brokers of one kind in one rack, taken in turn: for each partition the turn begins one further on. */
class Ring {
  readonly #brokers: number[]
  #start: number
  #taken = 0

  constructor(brokers: number[], random: Random) {
    this.#brokers = brokers.sort((a, b) => a - b)
    this.#start = brokers.length === 0 ? 0 : random.nextInt(brokers.length)
  }

  /** The next one not taken for this partition. */
  take(): number | undefined {
    if (this.#taken === this.#brokers.length) return undefined
    return this.#brokers[(this.#start + this.#taken++) % this.#brokers.length]
  }

  nextPartition(): void {
    this.#start++
    this.#taken = 0
  }

  shuffle(random: Random): void {
    shuffle(this.#brokers, random)
  }
}

interface Rack {
  readonly unfenced: Ring
  readonly fenced: Ring
}

/**
 * Chooses replicas for `partitionCount` new partitions: spread over racks first, then over the brokers of each rack,
 * the leader (the first) on one that is not fenced, the others on fenced ones only where nothing else is left (Kafka's
 * StripedReplicaPlacer). Throws INVALID_REPLICATION_FACTOR where that cannot be.
 */
export function placeReplicas(
  { partitionCount, replicationFactor }: { partitionCount: number; replicationFactor: number },
  brokers: readonly UsableBroker[],
  random: Random,
): number[][] {
  const unfencedCount = brokers.filter(({ fenced }) => !fenced).length
  refuseImpossible({ replicationFactor, brokerCount: brokers.length, unfencedCount })
  const racks = groupByRack(brokers, random)
  const placements: number[][] = []
  let firstRack = random.nextInt(racks.length)
  for (let partition = 0; partition < partitionCount; partition++) {
    // By now every broker has led: begin a new order, lest the same sets of replicas repeat.
    if (partition > 0 && partition % unfencedCount === 0 && unfencedCount > 1) {
      shuffle(racks, random)
      for (const { unfenced, fenced } of racks) {
        unfenced.shuffle(random)
        fenced.shuffle(random)
      }
    }
    placements.push(placePartition(racks, firstRack % racks.length, replicationFactor))
    for (const { unfenced, fenced } of racks) {
      unfenced.nextPartition()
      fenced.nextPartition()
    }
    firstRack++
  }
  return placements
}

function placePartition(racks: readonly Rack[], firstRack: number, replicationFactor: number): number[] {
  const at = (index: number) => racks[index % racks.length] as Rack
  const replicas: number[] = []
  let leaderRack = firstRack
  for (;;) {
    const leader = at(leaderRack).unfenced.take()
    if (leader !== undefined) {
      replicas.push(leader)
      break
    }
    leaderRack++
  }
  // The leader's rack has had its turn in the first round.
  for (let offset = 0; replicas.length < replicationFactor; offset++) {
    const isFirstRound = offset < racks.length
    if (isFirstRound && (firstRack + offset) % racks.length === leaderRack % racks.length) continue
    const rack = at(firstRack + offset)
    const replica = rack.unfenced.take() ?? rack.fenced.take()
    if (replica !== undefined) replicas.push(replica)
  }
  return replicas
}

function groupByRack(brokers: readonly UsableBroker[], random: Random): Rack[] {
  const names = [...new Set(brokers.map(({ rack }) => rack ?? ''))].sort()
  return names.map(name => {
    const ofRack = brokers.filter(({ rack }) => (rack ?? '') === name)
    const ids = (fenced: boolean) => ofRack.filter(broker => broker.fenced === fenced).map(({ id }) => id)
    return { unfenced: new Ring(ids(false), random), fenced: new Ring(ids(true), random) }
  })
}

function refuseImpossible(counts: {
  replicationFactor: number
  brokerCount: number
  unfencedCount: number
}): void {
  const { replicationFactor, brokerCount, unfencedCount } = counts
  const refuse = (message: string): never => {
    throw new ApiError(ErrorCode.INVALID_REPLICATION_FACTOR, message)
  }
  if (replicationFactor <= 0) {
    refuse(`Invalid replication factor ${replicationFactor}: the replication factor must be positive.`)
  }
  if (replicationFactor > brokerCount) {
    refuse(
      `The target replication factor of ${replicationFactor} cannot be reached because only ` +
        `${brokerCount} broker(s) are registered.`,
    )
  }
  if (unfencedCount === 0) refuse('All brokers are currently fenced.')
}

function shuffle<T>(items: T[], random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.nextInt(last + 1)
    const item = items[last] as T
    items[last] = items[other] as T
    items[other] = item
  }
}
