import type { BrokerRegistration, ControllerRegistration } from './broker-registration.ts'

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
