import type { TimerTable } from '../../machine/timer-table.ts'

interface Session {
  /** How far the broker has read the metadata. */
  metadataOffset: number
  /** Where its leaving the ISRs stands in the log, once it is shutting down. */
  controlledShutdownOffset: number | undefined
  /** It has been heard of; otherwise it only gets the time to be. */
  isHeard: boolean
}

export interface BrokerSessionsOptions {
  readonly timers: TimerTable
  /** `broker.session.timeout.ms` */
  readonly timeoutMs: number
  /** A broker was not heard of for so long. A rejection is tried again. */
  readonly onExpired: (brokerId: number) => Promise<unknown>
}

/**
 * Which brokers are alive, by their heartbeats (Kafka's BrokerHeartbeatManager). Soft state of the active controller: a
 * new one gives every broker a fresh session.
 */
export class BrokerSessions {
  readonly #options: BrokerSessionsOptions
  readonly #sessions = new Map<number, Session>()

  constructor(options: BrokerSessionsOptions) {
    this.#options = options
  }

  /** A broker that was active when this controller took over. */
  presume(brokerId: number): void {
    this.#sessions.set(brokerId, {
      metadataOffset: -1,
      controlledShutdownOffset: undefined,
      isHeard: false,
    })
    this.#arm(brokerId)
  }

  /** A heartbeat of a broker that stays unfenced. */
  touch(brokerId: number, metadataOffset: number): void {
    const session = this.#sessions.get(brokerId)
    if (session === undefined) {
      this.#sessions.set(brokerId, { metadataOffset, controlledShutdownOffset: undefined, isHeard: true })
    } else {
      session.metadataOffset = metadataOffset
      session.isHeard = true
    }
    this.#arm(brokerId)
  }

  /** The broker is fenced, gone, or begins anew. */
  end(brokerId: number): void {
    this.#sessions.delete(brokerId)
    this.#options.timers.cancel(timerKey(brokerId))
  }

  endAll(): void {
    for (const brokerId of [...this.#sessions.keys()]) this.end(brokerId)
  }

  /** It was heard of within the time-out. One that is only presumed counts unless `heardOnly` is asked. */
  isAlive(brokerId: number, { heardOnly = false } = {}): boolean {
    const session = this.#sessions.get(brokerId)
    return session !== undefined && (session.isHeard || !heardOnly)
  }

  /** Where the broker's leaving stands in the log; the first to say so counts. */
  noteControlledShutdown(brokerId: number, offset: number): void {
    const session = this.#sessions.get(brokerId)
    if (session !== undefined) session.controlledShutdownOffset ??= offset
  }

  controlledShutdownOffset(brokerId: number): number | undefined {
    return this.#sessions.get(brokerId)?.controlledShutdownOffset
  }

  /** How far the slowest of these brokers has read; without any, as far as can be. */
  lowestMetadataOffset(brokerIds: Iterable<number>): number {
    let lowest = Number.MAX_SAFE_INTEGER
    for (const brokerId of brokerIds) {
      lowest = Math.min(lowest, this.#sessions.get(brokerId)?.metadataOffset ?? -1)
    }
    return lowest
  }

  #arm(brokerId: number): void {
    const { timers, timeoutMs, onExpired } = this.#options
    timers.schedule({ key: timerKey(brokerId), delayMs: timeoutMs, action: () => onExpired(brokerId) })
  }
}

function timerKey(brokerId: number): string {
  return `session:${brokerId}`
}
