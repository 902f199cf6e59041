import type { Clock } from '../io/clock.ts'
import type { Logger } from '../io/logger.ts'
import { codecOf, emptyValue } from '../protocol/codec.ts'
import { ApiError, ErrorCode, errorName } from '../protocol/error-code.ts'
import {
  peekPreamble,
  type RequestPreamble,
  readRequestHeader,
  writeResponseHeader,
} from '../protocol/header.ts'
import { apiVersionsApi } from '../protocol/messages/api-versions.ts'
import { DecodeError, Reader } from '../protocol/reader.ts'
import type { Api, BytesPart, Message } from '../protocol/schema.ts'
import { Writer } from '../protocol/writer.ts'
import type { BrokerServices } from './broker-services.ts'
import { CloseConnectionError, type Failure, type Handler } from './handler.ts'
import type { ConnectionContext, RequestContext } from './request-context.ts'

/** A response ready to be sent, without the length in front; undefined: none is to be sent. */
export type Response = readonly BytesPart[] | undefined

/**
 * From a frame to a response: header, version check, decoding, handler, encoding (Apache Kafka's KafkaApis.handle).
 * A DecodeError that it throws means a peer that does not speak the protocol: the caller closes the connection. So it
 * does for a CloseConnectionError, thrown or rejected with.
 */
export class Dispatcher {
  readonly #handlers: ReadonlyMap<number, Handler>
  readonly #services: BrokerServices
  readonly #clock: Clock
  readonly #logger: Logger

  constructor({ handlers, services }: { handlers: ReadonlyMap<number, Handler>; services: BrokerServices }) {
    this.#handlers = handlers
    this.#services = services
    this.#clock = services.world.clock
    this.#logger = services.world.logger.named('kafka.server.KafkaApis')
  }

  /** Handles one frame. Called in the order of arrival per connection. */
  dispatch(frame: Buffer, connection: ConnectionContext): Response | Promise<Response> {
    const preamble = peekPreamble(frame)
    const handler = this.#handlers.get(preamble.apiKey)
    if (handler === undefined || !handler.api.listeners.includes(connection.listenerType)) {
      throw new DecodeError(`API key ${preamble.apiKey} is not served on listener ${connection.listenerName}`)
    }
    const { api } = handler
    const version = preamble.apiVersion
    if (!isServed(handler, version)) return this.#refuseVersion(handler, preamble, connection)
    const reader = new Reader(frame)
    const header = readRequestHeader(reader, api, version)
    const context: RequestContext = {
      connection,
      apiVersion: version,
      correlationId: preamble.correlationId,
      clientId: header.clientId,
      receivedAtMs: this.#clock.monotonicMs(),
    }
    // Bytes behind the request are passed over, as Apache Kafka does: librdkafka 2.16 sends three behind Metadata 13.
    const request = codecOf(api.request, version).decode(reader)
    let result: unknown
    try {
      result = handler.handle(request, context, this.#services)
    } catch (error) {
      return this.#fail(handler, request, context, error)
    }
    if (!(result instanceof Promise)) return respond(api, context, result)
    return result.then(
      response => respond(api, context, response),
      error => this.#fail(handler, request, context, error),
    )
  }

  /**
   * A version that is not served. ApiVersions is answered in its oldest form with what is served, so that the client
   * can choose again (KIP-35, KIP-511); anything else closes the connection, as Apache Kafka does.
   */
  #refuseVersion(
    { api }: Handler,
    { apiVersion, correlationId }: RequestPreamble,
    { listenerType }: ConnectionContext,
  ) {
    if (api.key !== apiVersionsApi.key)
      throw new DecodeError(`${api.name} version ${apiVersion} is not served`)
    const apiKeys = this.#services.advertisedVersions(listenerType)
    return encode(api, 0, correlationId, { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys })
  }

  #fail(handler: Handler, request: unknown, context: RequestContext, error: unknown): Response {
    if (error instanceof CloseConnectionError) throw error
    const { api } = handler
    let code: ErrorCode = ErrorCode.UNKNOWN_SERVER_ERROR
    let message = errorName(code)
    if (error instanceof ApiError) {
      code = error.code
      message = error.message
    } else {
      this.#logger.error(
        { err: error, api: api.name, version: context.apiVersion, client: context.clientId },
        `${api.name} failed unexpectedly; the client is told UNKNOWN_SERVER_ERROR`,
      )
    }
    return respond(api, context, failedResponse(handler, request, { code, message }, context))
  }
}

/** Tells the whole request one error: at the top of the response where it has a place there, else the handler's way. */
function failedResponse(
  handler: Handler,
  request: unknown,
  failure: Failure,
  context: RequestContext,
): unknown {
  if (handler.fail !== undefined) return handler.fail(request as never, failure, context)
  return {
    ...emptyValue(handler.api.response.fields),
    errorCode: failure.code,
    errorMessage: failure.message,
  }
}

function isServed(handler: Handler, version: number): boolean {
  return version >= handler.versions[0] && version <= handler.versions[1]
}

function respond(api: Api, context: RequestContext, response: unknown): Response {
  if (response === undefined) return undefined
  return encode(api, context.apiVersion, context.correlationId, response)
}

function encode(api: Api, version: number, correlationId: number, response: unknown): Response {
  const writer = new Writer()
  writeResponseHeader(writer, api, version, correlationId)
  codecOf(api.response as Message, version).encode(writer, response as never)
  return writer.finish()
}
