/** Kafka's security protocols by their wire ids (org.apache.kafka.common.security.auth.SecurityProtocol). */
export const SecurityProtocol = { PLAINTEXT: 0, SSL: 1, SASL_PLAINTEXT: 2, SASL_SSL: 3 } as const
export type SecurityProtocol = (typeof SecurityProtocol)[keyof typeof SecurityProtocol]

/** Where a broker or controller listens, as registered. */
export interface RegisteredListener {
  /** The listener's name, upper case. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** A `SecurityProtocol`'s id. */
  readonly securityProtocol: number
}

/** The levels of a feature that a node supports, both ends included. */
export interface SupportedLevels {
  readonly min: number
  readonly max: number
}

/** One broker as the cluster knows it (Kafka's BrokerRegistration). */
export interface BrokerRegistration {
  readonly id: number
  /** The offset of its registration record. */
  readonly epoch: number
  /** Drawn anew at each start of the broker's process. */
  readonly incarnationId: string
  /** In the order registered. */
  readonly listeners: ReadonlyMap<string, RegisteredListener>
  readonly supportedFeatures: ReadonlyMap<string, SupportedLevels>
  readonly rack: string | undefined
  /** Not (yet, or any more) to lead or to be in sync: its session ran out, or it has not caught up. */
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
  /** Ids of its online log directories. Empty: it told none. */
  readonly directories: readonly string[]
  /** Ids of directories that take no new replicas (metadata.version 4.3-IV0 and later). */
  readonly cordonedDirectories: readonly string[]
}

/** One controller as the cluster knows it (Kafka's ControllerRegistration). */
export interface ControllerRegistration {
  readonly id: number
  readonly incarnationId: string
  readonly listeners: ReadonlyMap<string, RegisteredListener>
  readonly supportedFeatures: ReadonlyMap<string, SupportedLevels>
}

/** Alive and allowed to lead: neither fenced nor on its way out. */
export function isActive(broker: BrokerRegistration): boolean {
  return !broker.fenced && !broker.inControlledShutdown
}
