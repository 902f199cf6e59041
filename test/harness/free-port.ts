import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the range from which Linux takes the local ports of outgoing connections, so that none of those lands on ours. */
const FIRST_PORT = 20_000
const END_PORT = 32_000

const handedOut = new Set<number>()

const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })

/** A TCP port of 127.0.0.1 that nobody listens on; never the same twice in one process. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const port = randomInt(FIRST_PORT, END_PORT)
    if (handedOut.has(port)) continue
    if (await isFree(port)) {
      handedOut.add(port)
      return port
    }
  }
  throw new Error(`no free TCP port on 127.0.0.1 between ${FIRST_PORT} and ${END_PORT}`)
}
