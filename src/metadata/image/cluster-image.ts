import type { MetadataRecordValue } from '../records/metadata-records.ts'
import type { BrokerRegistration, ControllerRegistration } from './broker-registration.ts'
import { brokerFromRecord, changeBroker, controllerFromRecord } from './broker-registration.ts'
import { withChanges } from './map-changes.ts'

/** The nodes. */
export interface ClusterImage {
  readonly brokers: ReadonlyMap<number, BrokerRegistration>
  readonly controllers: ReadonlyMap<number, ControllerRegistration>
}

/** What changed among the nodes; undefined: gone. */
export interface ClusterDelta {
  readonly brokers: ReadonlyMap<number, BrokerRegistration | undefined>
  readonly controllers: ReadonlyMap<number, ControllerRegistration | undefined>
}

/** Gathers what records change among the nodes. Throws where a change names a broker that is not there in that epoch. */
export class ClusterDeltaBuilder {
  readonly #before: ClusterImage
  readonly #brokers = new Map<number, BrokerRegistration | undefined>()
  readonly #controllers = new Map<number, ControllerRegistration | undefined>()

  constructor(before: ClusterImage) {
    this.#before = before
  }

  replayRegisterBroker(record: MetadataRecordValue<'RegisterBrokerRecord'>): void {
    this.#brokers.set(record.brokerId, brokerFromRecord(record))
  }

  replayUnregisterBroker({ brokerId }: MetadataRecordValue<'UnregisterBrokerRecord'>): void {
    this.#brokers.set(brokerId, undefined)
  }

  replayBrokerChange(record: MetadataRecordValue<'BrokerRegistrationChangeRecord'>): void {
    const broker = this.#registered({ id: record.brokerId, epoch: record.brokerEpoch })
    this.#brokers.set(record.brokerId, changeBroker(broker, record))
  }

  /** The older way, before metadata.version 3.3-IV2. */
  replayFencing(place: { id: number; epoch: number }, fenced: boolean): void {
    this.#brokers.set(place.id, { ...this.#registered(place), fenced })
  }

  replayRegisterController(record: MetadataRecordValue<'RegisterControllerRecord'>): void {
    this.#controllers.set(record.controllerId, controllerFromRecord(record))
  }

  replayUnregisterController({ controllerId }: MetadataRecordValue<'UnregisterControllerRecord'>): void {
    this.#controllers.set(controllerId, undefined)
  }

  #registered({ id, epoch }: { id: number; epoch: number }): BrokerRegistration {
    const broker = this.#brokers.has(id) ? this.#brokers.get(id) : this.#before.brokers.get(id)
    if (broker?.epoch !== epoch) {
      throw new Error(
        `a change of broker ${id} in epoch ${epoch}, but its epoch is ${broker?.epoch ?? 'none'}`,
      )
    }
    return broker
  }

  build(): { image: ClusterImage; delta: ClusterDelta | undefined } {
    if (this.#brokers.size === 0 && this.#controllers.size === 0) {
      return { image: this.#before, delta: undefined }
    }
    return {
      image: {
        brokers: withChanges(this.#before.brokers, this.#brokers),
        controllers: withChanges(this.#before.controllers, this.#controllers),
      },
      delta: { brokers: this.#brokers, controllers: this.#controllers },
    }
  }
}
