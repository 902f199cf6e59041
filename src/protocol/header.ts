import { codecOf } from './codec.ts'
import { requestHeader } from './messages/request-header.ts'
import { responseHeader } from './messages/response-header.ts'
import { DecodeError, type Reader } from './reader.ts'
import type { Api } from './schema.ts'
import type { Writer } from './writer.ts'

const API_VERSIONS_KEY = 18
const CONTROLLED_SHUTDOWN_KEY = 7

/** The first four bytes of every request, and enough to answer even one that we do not know. */
export interface RequestPreamble {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
}

/** Reads the preamble without moving on. Throws DecodeError when the frame is shorter. */
export function peekPreamble(frame: Buffer): RequestPreamble {
  if (frame.length < 8) throw new DecodeError(`a request of ${frame.length} bytes`)
  return {
    apiKey: frame.readInt16BE(0),
    apiVersion: frame.readInt16BE(2),
    correlationId: frame.readInt32BE(4),
  }
}

function isFlexible(api: Api, version: number): boolean {
  return api.flexibleSince !== undefined && version >= api.flexibleSince
}

/** Version of the header in front of a request. The oldest ControlledShutdown had no client id. */
function requestHeaderVersion(api: Api, version: number): 0 | 1 | 2 {
  if (api.key === CONTROLLED_SHUTDOWN_KEY && version === 0) return 0
  return isFlexible(api, version) ? 2 : 1
}

/** Version of the header in front of a response. ApiVersions keeps 0, so that a client of any age can read it (KIP-511). */
export function responseHeaderVersion(api: Api, version: number): 0 | 1 {
  return api.key !== API_VERSIONS_KEY && isFlexible(api, version) ? 1 : 0
}

/** Reads a request's header; the reader then stands at the body. */
export function readRequestHeader(
  reader: Reader,
  api: Api,
  version: number,
): { correlationId: number; clientId: string | null } {
  return codecOf(requestHeader, requestHeaderVersion(api, version)).decode(reader)
}

export function writeRequestHeader(
  writer: Writer,
  {
    api,
    version,
    correlationId,
    clientId,
  }: { api: Api; version: number; correlationId: number; clientId: string | null },
): void {
  codecOf(requestHeader, requestHeaderVersion(api, version)).encode(writer, {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId,
    clientId,
  })
}

export function writeResponseHeader(writer: Writer, api: Api, version: number, correlationId: number): void {
  codecOf(responseHeader, responseHeaderVersion(api, version)).encode(writer, { correlationId })
}
