import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ErrorCode } from '../../src/protocol/error-code.ts'
import { apiVersionsApi } from '../../src/protocol/messages/api-versions.ts'
import { metadataApi } from '../../src/protocol/messages/metadata.ts'
import { Reader } from '../../src/protocol/reader.ts'
import { type Broker, startBroker } from '../harness/broker.ts'
import { frameOf, WireClient } from '../harness/wire-client.ts'

let broker: Broker
/** A client that minds its own business all the while: nothing that others send may disturb it. */
let bystander: WireClient

beforeAll(async () => {
  broker = await startBroker()
  bystander = await WireClient.open(broker.ports.broker)
})

afterAll(async () => {
  bystander?.close()
  await broker?.stop()
})

const residentBytes = () => {
  const [, pages] = readFileSync(`/proc/${broker.pid}/statm`, 'utf8').split(' ')
  return Number(pages) * 4096
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** A frame of the given header and body, its length in front. */
const frame = (...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([int32(body.length), body])
}

const header = (apiKey: number, apiVersion: number): Buffer => {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(apiKey, 0)
  bytes.writeInt16BE(apiVersion, 2)
  bytes.writeInt32BE(7, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}

const CLIENT_HELLO = Buffer.from('1603010200010001fc0303', 'hex')
const MANY = int32(0x7fff_ffff)

const CLOSED: readonly { readonly what: string; readonly bytes: Buffer; readonly logged: RegExp }[] = [
  { what: 'a TLS hello', bytes: Buffer.concat([CLIENT_HELLO, Buffer.alloc(600)]), logged: /TLS/i },
  {
    what: 'an HTTP request',
    bytes: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    logged: /HTTP/,
  },
  {
    what: 'an HTTP POST',
    bytes: Buffer.from('POST /topics HTTP/1.1\r\nHost: localhost\r\n\r\n{}'),
    logged: /HTTP/,
  },
  { what: 'a frame of 2 GB', bytes: Buffer.concat([MANY, Buffer.alloc(100)]), logged: /2147483647/ },
  { what: 'a frame of negative length', bytes: int32(-2), logged: /-2/ },
  { what: 'a frame too short for a header', bytes: frame(Buffer.from([0, 3])), logged: /2 bytes/ },
  { what: 'an API that does not exist', bytes: frame(header(9999, 0)), logged: /9999/ },
  { what: 'an API of controllers on a listener for clients', bytes: frame(header(62, 0)), logged: /62/ },
  {
    what: 'a version that does not exist',
    bytes: frame(header(metadataApi.key, 99)),
    logged: /Metadata.*99/,
  },
  { what: 'a count of 2^31-1', bytes: frame(header(metadataApi.key, 1), MANY), logged: /2147483647/ },
  { what: 'a count of -2', bytes: frame(header(metadataApi.key, 1), int32(-2)), logged: /-2/ },
  {
    what: 'a string longer than the frame',
    bytes: frame(header(metadataApi.key, 1), int32(1), Buffer.from('7fff6162', 'hex')),
    logged: /bytes/,
  },
  {
    what: 'a header of millions of tagged fields',
    bytes: frame(header(apiVersionsApi.key, 3), Buffer.from('ffffff07', 'hex'), Buffer.alloc(200_000)),
    logged: /./,
  },
]

/** The broker's lines reach this process a moment after the fact. */
const linesThatName = (port: number) =>
  broker
    .log()
    .split('\n')
    .filter(line => line.includes(`:${port}`))

describe('bad input closes its own connection, with a line that names the peer', () => {
  it.each(CLOSED)('$what', async ({ bytes, logged }) => {
    const client = await WireClient.open(broker.ports.broker)
    const { port } = client.socket.address() as { port: number }
    client.write(bytes)
    await client.closed
    await expect.poll(() => linesThatName(port), { timeout: 20_000 }).toHaveLength(1)
    expect(linesThatName(port)[0]).toMatch(logged)
    const { errorCode } = await bystander.request(apiVersionsApi, 0, {})
    expect(errorCode).toBe(ErrorCode.NONE)
  })

  it('random bytes, a thousand times: every connection ends or waits for more, and memory stays', async () => {
    const before = residentBytes()
    for (let round = 0; round < 1_000; round++) {
      const client = await WireClient.open(broker.ports.broker)
      client.write(pseudoRandomBytes(round))
      client.socket.end()
      await client.closed
    }
    expect(residentBytes() - before).toBeLessThan(64 * 1024 * 1024)
    const { errorCode } = await bystander.request(apiVersionsApi, 0, {})
    expect(errorCode).toBe(ErrorCode.NONE)
  })
})

/** The same for the same seed, so that a failure can be seen again. */
const pseudoRandomBytes = (seed: number): Buffer => {
  const bytes = Buffer.alloc(200)
  let state = seed * 2_654_435_761 + 1
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = state >>> 24
  }
  // Half of them look like frames that are whole.
  if (seed % 2 === 0) bytes.writeInt32BE(bytes.length - 4, 0)
  return bytes
}

describe('what a client cannot know is answered', () => {
  it('an unknown version of ApiVersions gets the oldest answer with what is served', async () => {
    const client = await WireClient.open(broker.ports.broker)
    const answer = client.nextFrame(7)
    client.write(frame(header(apiVersionsApi.key, 127)))
    const reader = new Reader(await answer)
    reader.int32()
    expect(reader.int16()).toBe(ErrorCode.UNSUPPORTED_VERSION)
    expect(reader.int32()).toBeGreaterThan(0)
    client.close()
  })

  it('two hundred requests sent at once are answered in their order', async () => {
    const client = await WireClient.open(broker.ports.broker)
    const ids = Array.from({ length: 200 }, (_, i) => i + 1)
    const answers = ids.map(id => client.nextFrame(id))
    const frames = ids.map(id =>
      id % 2 === 0 ? frameOf(apiVersionsApi, 0, id, {}) : frameOf(metadataApi, 1, id, { topics: null }),
    )
    client.write(Buffer.concat(frames))
    for (const [index, answer] of (await Promise.all(answers)).entries())
      expect(answer.readInt32BE(0)).toBe(ids[index])
    client.close()
  })
})
