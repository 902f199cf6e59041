import type { ControllerPort } from '../metadata/controller/controller-port.ts'
import { ApiError, ErrorCode } from '../protocol/error-code.ts'

/** Where this broker stands in the cluster, once it has registered. */
export interface BrokerIdentity {
  readonly brokerId: number
  readonly brokerEpoch: number
}

const ALLOCATION_TIMEOUT_MS = 10_000

/**
 * Hands out producer ids, each once in the life of the cluster. They come from the controller in blocks of a thousand
 * (KIP-730); what is left of a block when the broker stops is lost.
 */
export class ProducerIdManager {
  readonly #controller: ControllerPort
  readonly #identity: () => BrokerIdentity | undefined
  readonly #monotonicMs: () => number
  #next = 0
  #end = 0
  #allocation: Promise<void> | undefined

  constructor(options: {
    controller: ControllerPort
    identity: () => BrokerIdentity | undefined
    monotonicMs: () => number
  }) {
    this.#controller = options.controller
    this.#identity = options.identity
    this.#monotonicMs = options.monotonicMs
  }

  /** The next id. Rejects with COORDINATOR_LOAD_IN_PROGRESS, which clients retry, where no block is to be had now. */
  async next(): Promise<number> {
    while (this.#next >= this.#end) {
      this.#allocation ??= this.#allocate().finally(() => {
        this.#allocation = undefined
      })
      await this.#allocation
    }
    return this.#next++
  }

  async #allocate(): Promise<void> {
    const identity = this.#identity()
    if (identity === undefined) throw unavailable('this broker has not registered yet')
    const deadlineMs = this.#monotonicMs() + ALLOCATION_TIMEOUT_MS
    const block = await this.#controller.allocateProducerIds(identity, {
      principal: 'User:ANONYMOUS',
      deadlineMs,
    })
    if (block.errorCode !== undefined && block.errorCode !== ErrorCode.NONE) {
      throw unavailable(`the controller refused a block of producer ids (error ${block.errorCode})`)
    }
    this.#next = block.producerIdStart
    this.#end = block.producerIdStart + block.producerIdLen
  }
}

function unavailable(reason: string): ApiError {
  return new ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, `No producer id can be given out: ${reason}`)
}
