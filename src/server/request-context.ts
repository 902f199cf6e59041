import type { ListenerType } from '../protocol/schema.ts'

/** Who a connection's peer is. Until there is authentication everybody is ANONYMOUS, as in Apache Kafka. */
export interface Principal {
  /** `User`. */
  readonly type: string
  readonly name: string
}

export const ANONYMOUS: Principal = { type: 'User', name: 'ANONYMOUS' }

/** What handlers know of the connection a request came over; one per connection, kept by the dispatcher. */
export interface ConnectionContext {
  /** Unique in this process. */
  readonly id: string
  readonly listenerName: string
  readonly listenerType: ListenerType
  /** The peer's address without its port, as groups and quotas name it: `/127.0.0.1`. */
  readonly clientHost: string
  principal: Principal
  /** Told by ApiVersions from version 3 on (KIP-511). */
  clientSoftwareName: string
  clientSoftwareVersion: string
}

/** What a handler knows of a request besides its body. */
export interface RequestContext {
  readonly connection: ConnectionContext
  readonly apiVersion: number
  readonly correlationId: number
  /** Null where the client gave none. */
  readonly clientId: string | null
  /** Monotonic milliseconds when the whole frame had come in. */
  readonly receivedAtMs: number
}
