import { codecOf } from '../../../src/protocol/codec.ts'
import { responseHeaderVersion, writeRequestHeader } from '../../../src/protocol/header.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import type { Api, Decoded, Fields, Input } from '../../../src/protocol/schema.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import type { BrokerServices } from '../../../src/server/broker-services.ts'
import { Dispatcher } from '../../../src/server/dispatcher.ts'
import { FetchSessions } from '../../../src/server/fetch-sessions.ts'
import type { Handler } from '../../../src/server/handler.ts'
import { deleteRecordsHandler } from '../../../src/server/handlers/delete-records.ts'
import { describeLogDirsHandler } from '../../../src/server/handlers/describe-log-dirs.ts'
import { describeProducersHandler } from '../../../src/server/handlers/describe-producers.ts'
import { fetchHandler } from '../../../src/server/handlers/fetch.ts'
import { listOffsetsHandler } from '../../../src/server/handlers/list-offsets.ts'
import { offsetForLeaderEpochHandler } from '../../../src/server/handlers/offset-for-leader-epoch.ts'
import { produceHandler } from '../../../src/server/handlers/produce.ts'
import { ANONYMOUS, type ConnectionContext } from '../../../src/server/request-context.ts'
import { type FixtureOptions, ReplicaFixture } from '../replica/replica-fixture.ts'

const HANDLERS: readonly Handler[] = [
  produceHandler,
  fetchHandler,
  listOffsetsHandler,
  deleteRecordsHandler,
  offsetForLeaderEpochHandler,
  describeProducersHandler,
  describeLogDirsHandler,
]

const connection: ConnectionContext = {
  id: '1',
  listenerName: 'PLAINTEXT',
  listenerType: 'broker',
  clientHost: '/127.0.0.1',
  principal: ANONYMOUS,
  clientSoftwareName: '',
  clientSoftwareVersion: '',
}

export interface CallOptions {
  readonly version: number
  readonly clientId?: string
}

/** The data path of a broker from frame to frame, over a memory disk. */
export class DataPathFixture {
  readonly broker: ReplicaFixture
  readonly #dispatcher: Dispatcher

  private constructor(broker: ReplicaFixture, { fetchMaxBytes }: { fetchMaxBytes: number }) {
    this.broker = broker
    const services = {
      world: broker.world,
      config: { fetchMaxBytes },
      metadata: broker.loader,
      replicas: broker.replicas,
      fetchSessions: new FetchSessions({ world: broker.world, maxSessions: 10 }),
    } as unknown as BrokerServices
    this.#dispatcher = new Dispatcher({
      handlers: new Map(HANDLERS.map(handler => [handler.api.key, handler])),
      services,
    })
  }

  static async start(options: FixtureOptions & { fetchMaxBytes?: number } = {}): Promise<DataPathFixture> {
    const { fetchMaxBytes = 50_000_000 } = options
    return new DataPathFixture(await ReplicaFixture.start(options), { fetchMaxBytes })
  }

  /** The decoded response; undefined where there is none. */
  async call<Q extends Fields, P extends Fields>(
    api: Api<Q, P>,
    { version, clientId = 'test' }: CallOptions,
    request: Input<Q>,
  ): Promise<Decoded<P> | undefined> {
    const writer = new Writer()
    writeRequestHeader(writer, { api: api as unknown as Api, version, correlationId: 9, clientId })
    codecOf(api.request, version).encode(writer, request)
    const parts = await this.#dispatcher.dispatch(writer.finishAsBuffer(), connection)
    if (parts === undefined) return undefined
    const reader = new Reader(Buffer.concat(parts as readonly Buffer[]))
    reader.int32()
    if (responseHeaderVersion(api as unknown as Api, version) === 1) reader.skipTaggedFields()
    const response = codecOf(api.response, version).decode(reader)
    if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes behind the response`)
    return response
  }
}
