import { connect, type Socket } from 'node:net'
import { codecOf } from '../../src/protocol/codec.ts'
import { responseHeaderVersion, writeRequestHeader } from '../../src/protocol/header.ts'
import { Reader } from '../../src/protocol/reader.ts'
import type { Api, Fields, RequestInputOf, ResponseOf } from '../../src/protocol/schema.ts'
import { Writer } from '../../src/protocol/writer.ts'

interface Expected {
  readonly correlationId: number
  resolve(body: Buffer): void
  reject(error: Error): void
}

/** One connection that speaks the protocol frame by frame, for tests that look at the wire itself. */
export class WireClient {
  readonly socket: Socket
  /** Resolves when the connection is gone, whoever closed it. */
  readonly closed: Promise<void>
  readonly #expected: Expected[] = []
  #received: Buffer = Buffer.alloc(0)
  #nextCorrelationId = 1

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', chunk => this.#onData(chunk as Buffer))
    socket.on('error', () => {})
    this.closed = new Promise(resolve => {
      socket.once('close', () => {
        for (const { reject } of this.#expected.splice(0)) reject(new Error('the connection was closed'))
        resolve()
      })
    })
  }

  static open(port: number): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new WireClient(socket))
      })
    })
  }

  /** Sends a request and resolves to its response; rejects when the connection is closed instead. */
  async request<Q extends Fields, P extends Fields>(
    api: Api<Q, P>,
    version: number,
    body: RequestInputOf<Api<Q, P>>,
  ): Promise<ResponseOf<Api<Q, P>>> {
    const correlationId = this.#nextCorrelationId++
    const response = this.#expect(correlationId)
    this.socket.write(frameOf(api, version, correlationId, body))
    const reader = new Reader(await response)
    reader.int32()
    if (responseHeaderVersion(api as unknown as Api, version) === 1) reader.skipTaggedFields()
    const decoded = codecOf(api.response, version).decode(reader) as ResponseOf<Api<Q, P>>
    if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes behind the ${api.name} response`)
    return decoded
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The next frame that comes in, whatever was sent before. */
  nextFrame(correlationId: number): Promise<Buffer> {
    return this.#expect(correlationId)
  }

  close(): void {
    this.socket.destroy()
  }

  #expect(correlationId: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) reject(new Error('the connection was closed'))
      else this.#expected.push({ correlationId, resolve, reject })
    })
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0)
      if (this.#received.length < end) return
      const body = this.#received.subarray(4, end)
      this.#received = this.#received.subarray(end)
      const expected = this.#expected.shift()
      if (expected === undefined) continue
      const answered = body.readInt32BE(0)
      if (answered === expected.correlationId) expected.resolve(body)
      else expected.reject(new Error(`request ${expected.correlationId} got the response to ${answered}`))
    }
  }
}

/** A request as it goes over the wire, its length in front. */
export const frameOf = <Q extends Fields, P extends Fields>(
  api: Api<Q, P>,
  version: number,
  correlationId: number,
  body: RequestInputOf<Api<Q, P>>,
): Buffer => {
  const writer = new Writer()
  writeRequestHeader(writer, { api: api as unknown as Api, version, correlationId, clientId: 'wire-client' })
  codecOf(api.request, version).encode(writer, body as never)
  const request = writer.finishAsBuffer()
  const length = Buffer.alloc(4)
  length.writeInt32BE(request.length)
  return Buffer.concat([length, request])
}
