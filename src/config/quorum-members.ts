/** A fixed member of the controller quorum (`controller.quorum.voters`). */
export interface QuorumVoter {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

/** A controller through which the quorum is found (`controller.quorum.bootstrap.servers`). */
export interface BootstrapServer {
  readonly host: string
  readonly port: number
}

const HOST_AND_PORT = /^\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/
const MAX_PORT = 65_535
const SERVERS = 'controller.quorum.bootstrap.servers'
const VOTERS = 'controller.quorum.voters'

const parseAddress = (text: string, { entry, key, form }: { entry: string; key: string; form: string }) => {
  const match = HOST_AND_PORT.exec(text)
  if (!match) {
    return `Failed to parse host name from ${entry} for the configuration ${key}. Each entry should be in the form ${form}`
  }
  const port = Number(match[2])
  if (port > MAX_PORT) return `port out of range:${match[2]}`
  return { host: match[1] as string, port }
}

/** Reads `id@host:port`; a text is what is wrong with it. */
export const parseVoter = (entry: string): QuorumVoter | string => {
  const form = '`{id}@{host}:{port}`.'
  const parts = entry.split('@')
  if (parts.length !== 2) {
    return `Invalid configuration value for ${VOTERS}. Each entry should be in the form ${form}`
  }
  const [id = '', address = ''] = parts
  if (!/^[+-]?[0-9]{1,10}$/.test(id) || Number(id) > 0x7fffffff) {
    return `Failed to parse voter ID as an integer from ${id}`
  }
  const parsed = parseAddress(address, { entry: `entry ${entry}`, key: VOTERS, form })
  return typeof parsed === 'string' ? parsed : { nodeId: Number(id), ...parsed }
}

/** Reads `host:port`; a text is what is wrong with it. */
export const parseBootstrapServer = (entry: string): BootstrapServer | string =>
  parseAddress(entry, { entry, key: SERVERS, form: '"{host}:{port}"' })
