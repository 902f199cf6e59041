import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type { BrokerRegistration, ControllerRegistration } from '../image/broker-registration.ts'
import {
  brokerFromRecord,
  changeBroker,
  controllerFromRecord,
  isActive,
} from '../image/broker-registration.ts'
import { isOnlineDirectory, MIGRATING_DIRECTORY, UNASSIGNED_DIRECTORY } from '../image/directory-id.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'
import type { UsableBroker } from './replica-placement.ts'

/** The registered nodes, as the controller knows them (Kafka's ClusterControlManager without its sessions). */
export class ClusterControl {
  readonly #brokers = new Map<number, BrokerRegistration>()
  readonly #registrationOffsets = new Map<number, number>()
  readonly #controllers = new Map<number, ControllerRegistration>()

  get brokers(): ReadonlyMap<number, BrokerRegistration> {
    return this.#brokers
  }

  get controllers(): ReadonlyMap<number, ControllerRegistration> {
    return this.#controllers
  }

  /** Where its latest registration stands in the log: a broker that has read so far knows all it needs to lead. */
  registrationOffset(brokerId: number): number | undefined {
    return this.#registrationOffsets.get(brokerId)
  }

  isActive(brokerId: number): boolean {
    const broker = this.#brokers.get(brokerId)
    return broker !== undefined && isActive(broker)
  }

  /** Whether a replica in directory `directoryId` of the broker can be read; undefined: the broker is no replica. */
  hasOnlineDirectory(brokerId: number, directoryId: string | undefined): boolean {
    const broker = this.#brokers.get(brokerId)
    return (
      broker !== undefined && directoryId !== undefined && isOnlineDirectory(directoryId, broker.directories)
    )
  }

  /** The directory to note for a new replica of the broker: its only one, or one of the ids that stand for none. */
  defaultDirectory(brokerId: number): string {
    const directories = this.#brokers.get(brokerId)?.directories
    if (directories === undefined) return UNASSIGNED_DIRECTORY
    if (directories.length === 0) return MIGRATING_DIRECTORY
    return directories.length === 1 ? (directories[0] as string) : UNASSIGNED_DIRECTORY
  }

  /** Brokers that replicas may be put on: not those on their way out, nor those with every directory cordoned. */
  usableBrokers(): UsableBroker[] {
    return [...this.#brokers.values()]
      .filter(broker => !broker.inControlledShutdown && !isCordoned(broker))
      .map(({ id, rack, fenced }) => ({ id, rack, fenced }))
  }

  /** The broker in that epoch. Throws STALE_BROKER_EPOCH where it is not registered so. */
  requireBroker({ brokerId, brokerEpoch }: { brokerId: number; brokerEpoch: number }): BrokerRegistration {
    const broker = this.#brokers.get(brokerId)
    if (broker === undefined) {
      throw new ApiError(
        ErrorCode.STALE_BROKER_EPOCH,
        `No broker registration found for broker id ${brokerId}`,
      )
    }
    if (broker.epoch !== brokerEpoch) {
      const message = `Expected broker epoch ${broker.epoch}, but got broker epoch ${brokerEpoch}`
      throw new ApiError(ErrorCode.STALE_BROKER_EPOCH, message)
    }
    return broker
  }

  replayRegisterBroker(record: MetadataRecordValue<'RegisterBrokerRecord'>, offset: number): void {
    this.#brokers.set(record.brokerId, brokerFromRecord(record))
    this.#registrationOffsets.set(record.brokerId, offset)
  }

  replayUnregisterBroker(record: MetadataRecordValue<'UnregisterBrokerRecord'>): void {
    this.#registered({ id: record.brokerId, epoch: record.brokerEpoch })
    this.#brokers.delete(record.brokerId)
    this.#registrationOffsets.delete(record.brokerId)
  }

  replayBrokerChange(record: MetadataRecordValue<'BrokerRegistrationChangeRecord'>): void {
    const broker = this.#registered({ id: record.brokerId, epoch: record.brokerEpoch })
    this.#brokers.set(record.brokerId, changeBroker(broker, record))
  }

  replayFencing(place: { id: number; epoch: number }, fenced: boolean): void {
    this.#brokers.set(place.id, { ...this.#registered(place), fenced })
  }

  replayRegisterController(record: MetadataRecordValue<'RegisterControllerRecord'>): void {
    this.#controllers.set(record.controllerId, controllerFromRecord(record))
  }

  replayUnregisterController({ controllerId }: MetadataRecordValue<'UnregisterControllerRecord'>): void {
    this.#controllers.delete(controllerId)
  }

  #registered({ id, epoch }: { id: number; epoch: number }): BrokerRegistration {
    const broker = this.#brokers.get(id)
    if (broker?.epoch !== epoch) {
      throw new Error(
        `a change of broker ${id} in epoch ${epoch}, but its epoch is ${broker?.epoch ?? 'none'}`,
      )
    }
    return broker
  }
}

function isCordoned({ directories, cordonedDirectories }: BrokerRegistration): boolean {
  return directories.length > 0 && directories.every(directory => cordonedDirectories.includes(directory))
}
