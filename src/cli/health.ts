import { connect } from 'node:net'
import type { BrokerConfig } from '../config/broker-config.ts'
import { readConfiguration } from './read-configuration.ts'
import type { StartArguments } from './start-arguments.ts'
import { UserError } from './user-error.ts'

const TIMEOUT_MS = 4_000
const API_VERSIONS = 18
const CORRELATION_ID = 1
const CLIENT_ID = 'health'
/** Length, correlation id and error code of the answer. */
const ANSWER_BYTES = 10

/** ApiVersions version 0, which every broker since 0.10 answers before any login. */
const request = (): Buffer => {
  const bytes = Buffer.alloc(14 + CLIENT_ID.length)
  bytes.writeInt32BE(bytes.length - 4, 0)
  bytes.writeInt16BE(API_VERSIONS, 4)
  bytes.writeInt32BE(CORRELATION_ID, 8)
  bytes.writeInt16BE(CLIENT_ID.length, 12)
  bytes.write(CLIENT_ID, 14)
  return bytes
}

const addressOf = ({ listeners, controllerListenerNames }: BrokerConfig): { host: string; port: number } => {
  const listener = listeners.find(({ name }) => !controllerListenerNames.includes(name)) ?? listeners[0]
  const host = listener?.host ?? ''
  const isEveryInterface = host === '' || host === '0.0.0.0' || host === '::'
  return { host: isEveryInterface ? 'localhost' : host, port: listener?.port ?? 0 }
}

const ask = (address: { host: string; port: number }): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(address)
    let received = Buffer.alloc(0)
    const settle = (isHealthy: boolean): void => {
      socket.destroy()
      resolve(isHealthy)
    }
    socket.setTimeout(TIMEOUT_MS, () => settle(false))
    socket.on('connect', () => socket.write(request()))
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < ANSWER_BYTES) return
      settle(received.readInt32BE(4) === CORRELATION_ID && received.readInt16BE(8) === 0)
    })
    socket.on('close', () => settle(false))
    socket.on('error', error => {
      const { host, port } = address
      reject(new UserError(`no broker answers at ${host}:${port} (${(error as NodeJS.ErrnoException).code})`))
    })
  })

/**
 * Asks the broker that a properties file describes for its API versions.
 * @returns the exit code: 0 when it answers as it should
 */
export const health = async (args: StartArguments): Promise<number> => {
  const address = addressOf(await readConfiguration(args))
  if (await ask(address)) return 0
  throw new UserError(`what answers at ${address.host}:${address.port} is no broker that is ready`)
}
