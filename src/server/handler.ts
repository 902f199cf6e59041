import type { ErrorCode } from '../protocol/error-code.ts'
import type { Api, Fields, RequestOf, ResponseInputOf } from '../protocol/schema.ts'
import type { BrokerServices } from './broker-services.ts'
import type { RequestContext } from './request-context.ts'

/**
 * What a handler yields: the response, or `undefined` for a request that has none (Produce with acks=0). A handler's
 * synchronous part runs in the order of the requests; its promise completes when it can.
 */
export type HandlerResult<A extends Api> =
  | ResponseInputOf<A>
  | undefined
  | Promise<ResponseInputOf<A> | undefined>

/** One API as this broker serves it. */
export interface Handler<A extends Api = Api> {
  readonly api: A
  /** Lowest and highest version served; never above what is stable upstream (`api.offeredUntil`). */
  readonly versions: readonly [number, number]
  handle(request: RequestOf<A>, context: RequestContext, services: BrokerServices): HandlerResult<A>
  /**
   * The response that tells every part of the request the same error. Only for APIs whose response has no error code
   * of its own at the top: the others get theirs from the dispatcher.
   */
  fail?(request: RequestOf<A>, failure: Failure, context: RequestContext): ResponseInputOf<A> | undefined
}

/** A request that is to be answered by closing its connection: its client waits for no answer, and is to notice. */
export class CloseConnectionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CloseConnectionError'
  }
}

/** Why a request failed as a whole. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Declares how an API is served: `handler(metadataApi, { versions: [0, 13], handle(request, context, services) { ... } })`.
 * An expected outcome is an error code in the response; a request that fails as a whole throws `ApiError`.
 */
export function handler<Q extends Fields, P extends Fields>(
  api: Api<Q, P>,
  definition: Omit<Handler<Api<Q, P>>, 'api'>,
): Handler {
  return { api, ...definition } as unknown as Handler
}
