import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { codecOf } from '../../../src/protocol/codec.ts'
import { ApiError, ErrorCode } from '../../../src/protocol/error-code.ts'
import { responseHeaderVersion, writeRequestHeader } from '../../../src/protocol/header.ts'
import { apiVersionsApi } from '../../../src/protocol/messages/api-versions.ts'
import { brokerRegistrationApi } from '../../../src/protocol/messages/broker-registration.ts'
import { createTopicsApi } from '../../../src/protocol/messages/create-topics.ts'
import { describeClusterApi } from '../../../src/protocol/messages/describe-cluster.ts'
import { DecodeError, Reader } from '../../../src/protocol/reader.ts'
import type { Api, BytesPart } from '../../../src/protocol/schema.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import { advertisedVersions } from '../../../src/server/advertised-versions.ts'
import type { BrokerServices } from '../../../src/server/broker-services.ts'
import { Dispatcher } from '../../../src/server/dispatcher.ts'
import { type Handler, handler } from '../../../src/server/handler.ts'
import { apiVersionsHandler } from '../../../src/server/handlers/api-versions.ts'
import { createTopicsHandler } from '../../../src/server/handlers/create-topics.ts'
import { ANONYMOUS, type ConnectionContext } from '../../../src/server/request-context.ts'
import { SilentLogger } from '../support/silent-logger.ts'

const connection = (listenerType: 'broker' | 'controller' = 'broker'): ConnectionContext => ({
  id: '1',
  listenerName: 'PLAINTEXT',
  listenerType,
  clientHost: '/127.0.0.1',
  principal: ANONYMOUS,
  clientSoftwareName: '',
  clientSoftwareVersion: '',
})

const dispatcherOf = (...handlers: Handler[]) => {
  const services = {
    world: { clock: new ManualClock(), logger: new SilentLogger() },
    advertisedVersions: (type: 'broker' | 'controller') => advertisedVersions(handlers, type),
    supportedFeatures: new Map(),
    quorum: { kraftVersion: 0 },
    metadata: { image: { provenance: { lastContainedOffset: 5 }, features: { finalizedLevels: new Map() } } },
    controller: {},
  } as unknown as BrokerServices
  return new Dispatcher({ handlers: new Map(handlers.map(each => [each.api.key, each])), services })
}

const requestFrame = (api: unknown, version: number, body: object, correlationId = 42): Buffer => {
  const writer = new Writer()
  writeRequestHeader(writer, { api: api as Api, version, correlationId, clientId: 'test' })
  codecOf((api as Api).request, version).encode(writer, body as never)
  return writer.finishAsBuffer()
}

const decodeResponse = (api: unknown, version: number, parts: readonly BytesPart[] | undefined) => {
  const reader = new Reader(Buffer.concat(parts as readonly Buffer[]))
  const correlationId = reader.int32()
  if (responseHeaderVersion(api as Api, version) === 1) reader.skipTaggedFields()
  const body = codecOf((api as Api).response, version).decode(reader) as Record<string, unknown>
  expect(reader.remaining).toBe(0)
  return { correlationId, body }
}

const describeCluster = (handle: Handler['handle']): Handler =>
  handler(describeClusterApi, { versions: [0, 1], handle: handle as never })

const CLUSTER_REQUEST = { includeClusterAuthorizedOperations: false }

describe('the dispatcher', () => {
  it('answers with the correlation id of the request', async () => {
    const dispatcher = dispatcherOf(apiVersionsHandler)
    const response = await dispatcher.dispatch(requestFrame(apiVersionsApi, 0, {}, 77), connection())
    const { correlationId, body } = decodeResponse(apiVersionsApi, 0, response)
    expect(correlationId).toBe(77)
    expect(body['apiKeys']).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }])
  })

  it('answers an unknown version of ApiVersions in the oldest form', async () => {
    const dispatcher = dispatcherOf(apiVersionsHandler)
    const frame = requestFrame(apiVersionsApi, 0, {})
    frame.writeInt16BE(99, 2)
    const { body } = decodeResponse(apiVersionsApi, 0, await dispatcher.dispatch(frame, connection()))
    expect(body['errorCode']).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(body['apiKeys']).toHaveLength(1)
  })

  it('refuses an API that it does not serve, or not on this kind of listener', () => {
    const dispatcher = dispatcherOf(
      handler(brokerRegistrationApi, { versions: [0, 4], handle: () => undefined }),
    )
    const frame = requestFrame(describeClusterApi, 0, CLUSTER_REQUEST)
    expect(() => dispatcher.dispatch(frame, connection())).toThrow(DecodeError)
    const registration = Buffer.concat([Buffer.from('003e000000000001ffff', 'hex')])
    expect(() => dispatcher.dispatch(registration, connection('broker'))).toThrow(/not served on listener/)
  })

  it('refuses a version outside of those served', () => {
    const dispatcher = dispatcherOf(describeCluster(() => undefined))
    const frame = requestFrame(describeClusterApi, 2, { ...CLUSTER_REQUEST, includeFencedBrokers: false })
    expect(() => dispatcher.dispatch(frame, connection())).toThrow(/version 2/)
  })

  it('passes over bytes behind a request', async () => {
    const dispatcher = dispatcherOf(apiVersionsHandler)
    const frame = Buffer.concat([requestFrame(apiVersionsApi, 0, {}), Buffer.from('abc')])
    const { body } = decodeResponse(apiVersionsApi, 0, await dispatcher.dispatch(frame, connection()))
    expect(body['errorCode']).toBe(ErrorCode.NONE)
  })

  it('tells an ApiError as it is, thrown or rejected', async () => {
    const error = new ApiError(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 'no')
    const frame = requestFrame(describeClusterApi, 0, CLUSTER_REQUEST)
    for (const fails of [
      () => {
        throw error
      },
      () => Promise.reject(error),
    ]) {
      const response = await dispatcherOf(describeCluster(fails)).dispatch(frame, connection())
      const { body } = decodeResponse(describeClusterApi, 0, response)
      expect(body).toMatchObject({ errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'no' })
    }
  })

  it('tells anything unexpected as UNKNOWN_SERVER_ERROR and nothing of its inside', async () => {
    const dispatcher = dispatcherOf(describeCluster(() => Promise.reject(new Error('secret detail'))))
    const response = await dispatcher.dispatch(
      requestFrame(describeClusterApi, 0, CLUSTER_REQUEST),
      connection(),
    )
    const { body } = decodeResponse(describeClusterApi, 0, response)
    expect(body['errorCode']).toBe(ErrorCode.UNKNOWN_SERVER_ERROR)
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  it('tells every topic of a request that fails as a whole', async () => {
    const services = dispatcherOf(createTopicsHandler)
    const topic = { name: 'a', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    const frame = requestFrame(createTopicsApi, 7, { topics: [topic, { ...topic, name: 'b' }], timeoutMs: 1 })
    const { body } = decodeResponse(createTopicsApi, 7, await services.dispatch(frame, connection()))
    expect(body['topics']).toMatchObject([
      { name: 'a', errorCode: ErrorCode.UNKNOWN_SERVER_ERROR },
      { name: 'b', errorCode: ErrorCode.UNKNOWN_SERVER_ERROR },
    ])
  })

  it('sends nothing where a handler has no response', async () => {
    const dispatcher = dispatcherOf(describeCluster(() => Promise.resolve(undefined)))
    const frame = requestFrame(describeClusterApi, 0, CLUSTER_REQUEST)
    expect(await dispatcher.dispatch(frame, connection())).toBeUndefined()
  })
})
