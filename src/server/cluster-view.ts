import type { World } from '../io/world.ts'
import type { BrokerRegistration, RegisteredListener } from '../metadata/image/broker-registration.ts'
import type { MetadataImage } from '../metadata/image/metadata-image.ts'
import type { PartitionRegistration } from '../metadata/image/partition-registration.ts'
import { ErrorCode } from '../protocol/error-code.ts'

/** "No leader" on the wire. */
const NO_LEADER = -1

/** How a partition stands, as clients of one listener are to see it. */
export interface PartitionView {
  readonly errorCode: ErrorCode
  readonly leaderId: number
  /** Replicas on brokers that are not there, or not on this listener. */
  readonly offlineReplicas: readonly number[]
}

/** A broker's address on a listener; undefined where it is fenced or has no such listener. */
export function reachableAt(
  image: MetadataImage,
  brokerId: number,
  listenerName: string,
): RegisteredListener | undefined {
  const broker = image.cluster.brokers.get(brokerId)
  return broker === undefined || broker.fenced ? undefined : broker.listeners.get(listenerName)
}

/** The brokers that clients of a listener can go to. */
export function aliveBrokers(
  image: MetadataImage,
  listenerName: string,
): (BrokerRegistration & RegisteredListener)[] {
  const alive: (BrokerRegistration & RegisteredListener)[] = []
  for (const broker of image.cluster.brokers.values()) {
    const listener = broker.fenced ? undefined : broker.listeners.get(listenerName)
    if (listener !== undefined) alive.push({ ...broker, ...listener })
  }
  return alive
}

/** Any one of several; undefined where there is none. */
export function anyOf<T>(items: readonly T[], { random }: World): T | undefined {
  return items.length === 0 ? undefined : items[random.nextInt(items.length)]
}

/** What the clients of a listener are told of a partition (KRaftMetadataCache.getPartitionMetadata). */
export function viewPartition(
  image: MetadataImage,
  { leader, replicas }: PartitionRegistration,
  { listenerName, missingListener }: { listenerName: string; missingListener: ErrorCode },
): PartitionView {
  const offlineReplicas = replicas.filter(replica => reachableAt(image, replica, listenerName) === undefined)
  if (leader !== undefined && reachableAt(image, leader, listenerName) !== undefined) {
    return { errorCode: ErrorCode.NONE, leaderId: leader, offlineReplicas }
  }
  const lives = leader !== undefined && image.cluster.brokers.get(leader)?.fenced === false
  return {
    errorCode: lives ? missingListener : ErrorCode.LEADER_NOT_AVAILABLE,
    leaderId: NO_LEADER,
    offlineReplicas,
  }
}
