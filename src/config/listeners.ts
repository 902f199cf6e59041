import { ConfigError } from './config-error.ts'

const SECURITY_PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
export type SecurityProtocol = (typeof SECURITY_PROTOCOLS)[number]

/** A place to listen at, or one that others are told. */
export interface Listener {
  /** In capitals, as Kafka compares them: `PLAINTEXT`, `CONTROLLER`. */
  readonly name: string
  /** Without brackets; empty for every interface of the machine. */
  readonly host: string
  /** 0: the system chooses. */
  readonly port: number
  readonly securityProtocol: SecurityProtocol
}

export type ProtocolMap = ReadonlyMap<string, SecurityProtocol>

const LISTENER = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]{1,10})$/
const MAX_PORT = 65_535

const isSecurityProtocol = (text: string): text is SecurityProtocol =>
  (SECURITY_PROTOCOLS as readonly string[]).includes(text)

/** Reads `NAME:PROTOCOL,...` (`listener.security.protocol.map`). */
export const parseProtocolMap = (text: string): Map<string, SecurityProtocol> => {
  const map = new Map<string, SecurityProtocol>()
  for (const entry of text.split(',')) {
    if (entry.trim() === '') continue
    const colon = entry.lastIndexOf(':')
    const name = entry.slice(0, colon).trim().toUpperCase()
    const protocol = entry.slice(colon + 1).trim()
    if (colon <= 0 || name === '') {
      throw new ConfigError(
        `'${entry.trim()}' in listener.security.protocol.map is no pair: write each entry as NAME:PROTOCOL`,
      )
    }
    if (!isSecurityProtocol(protocol)) {
      throw new ConfigError(
        `'${protocol}' in listener.security.protocol.map is no security protocol: use one of ${SECURITY_PROTOCOLS.join(', ')}`,
      )
    }
    map.set(name, protocol)
  }
  return map
}

/** Reads one `NAME://host:port` of the key `key`. */
const parseListener = (entry: string, key: string, protocols: ProtocolMap): Listener => {
  const match = LISTENER.exec(entry)
  const port = Number(match?.[3])
  if (!match || port > MAX_PORT || port < 0) {
    throw new ConfigError(`'${entry}' in ${key} is no listener: write it as NAME://host:port`)
  }
  const name = (match[1] as string).toUpperCase()
  const securityProtocol = protocols.get(name)
  if (!securityProtocol) {
    throw new ConfigError(
      `the listener ${name} in ${key} has no security protocol: add ${name}:PLAINTEXT (or another protocol) to listener.security.protocol.map`,
    )
  }
  return { name, host: match[2] as string, port, securityProtocol }
}

const isIpv6 = (host: string): boolean => host.includes(':')

/** Two listeners may share a port only when one has an IPv4 and the other an IPv6 address. */
const checkPorts = (listeners: readonly Listener[], key: string): void => {
  const byPort = new Map<number, Listener>()
  for (const listener of listeners) {
    if (listener.port === 0) continue
    const other = byPort.get(listener.port)
    if (other && (isIpv6(other.host) === isIpv6(listener.host) || !other.host || !listener.host)) {
      throw new ConfigError(
        `the listeners ${other.name} and ${listener.name} in ${key} have the same port ${listener.port}: give each its own`,
      )
    }
    byPort.set(listener.port, listener)
  }
}

/** Reads the listeners of the key `key`; several that are advertised may share a port. */
export const parseListeners = (
  entries: readonly string[],
  { key, protocols, distinctPorts }: { key: string; protocols: ProtocolMap; distinctPorts: boolean },
): readonly Listener[] => {
  const listeners = entries.map(entry => parseListener(entry, key, protocols))
  const names = new Set<string>()
  for (const { name } of listeners) {
    if (names.has(name))
      throw new ConfigError(`the listener ${name} is twice in ${key}: give each its own name`)
    names.add(name)
  }
  if (distinctPorts) checkPorts(listeners, key)
  return listeners
}
