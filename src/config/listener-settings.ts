import { ConfigError } from './config-error.ts'
import { type BrokerConfigSources, effective } from './config-sources.ts'
import { type Listener, type ProtocolMap, parseListeners, parseProtocolMap } from './listeners.ts'

/** The node's listeners, sorted out. */
export interface ListenerSettings {
  /** All that this node opens, the controller's among them. */
  readonly listeners: readonly Listener[]
  /** What clients and other brokers are told. A listener without host is told with the machine's name. */
  readonly advertisedListeners: readonly Listener[]
  /** What other nodes are told of this controller; none on a broker. */
  readonly advertisedControllerListeners: readonly Listener[]
  readonly controllerListenerNames: readonly string[]
  readonly interBrokerListenerName: string
}

interface Roles {
  readonly isBroker: boolean
  readonly isController: boolean
}

const capitals = (names: readonly string[]): readonly string[] => names.map(name => name.toUpperCase())

/**
 * Without a map of the user's, controller listeners are plain text as long as nothing else is secured (KIP-631): a
 * CONTROLLER listener then needs no entry.
 */
const protocolMap = (sources: BrokerConfigSources, controllerNames: readonly string[]): ProtocolMap => {
  const map = parseProtocolMap(effective('listener.security.protocol.map', sources))
  if (sources.staticBroker.has('listener.security.protocol.map')) return map
  const listenerNames = effective('listeners', sources).map(entry => entry.split('://')[0] ?? '')
  const secured = [...controllerNames, ...capitals(listenerNames)].some(
    name => name === 'SSL' || name === 'SASL_SSL' || name === 'SASL_PLAINTEXT',
  )
  if (!secured) for (const name of controllerNames) map.set(name, 'PLAINTEXT')
  return map
}

const names = (listeners: readonly Listener[]): string => listeners.map(({ name }) => name).join(', ')

const refuseSecured = (listeners: readonly Listener[]): void => {
  const secured = listeners.find(({ securityProtocol }) => securityProtocol !== 'PLAINTEXT')
  if (!secured) return
  throw new ConfigError(
    `the listener ${secured.name} asks for ${secured.securityProtocol}, which is not there yet: use PLAINTEXT, on an address that only trusted clients reach`,
  )
}

const checkControllerListeners = (settings: ListenerSettings, roles: Roles): void => {
  const { listeners, controllerListenerNames } = settings
  const known = new Set(listeners.map(({ name }) => name))
  if (roles.isController) {
    const missing = controllerListenerNames.find(name => !known.has(name))
    if (missing !== undefined) {
      throw new ConfigError(
        `controller.listener.names has ${missing}, which is not in listeners (${names(listeners)}): add it to listeners`,
      )
    }
    if (!roles.isBroker && listeners.some(({ name }) => !controllerListenerNames.includes(name))) {
      throw new ConfigError(
        `listeners (${names(listeners)}) has more than the listeners of controller.listener.names, but process.roles is controller alone: take the others out`,
      )
    }
    return
  }
  const wrong = controllerListenerNames.find(name => known.has(name))
  if (wrong !== undefined) {
    throw new ConfigError(
      `listeners has the controller's listener ${wrong}, but process.roles is broker alone: take it out of listeners`,
    )
  }
}

const checkBrokerListeners = (settings: ListenerSettings): void => {
  const { listeners, advertisedListeners, interBrokerListenerName } = settings
  if (advertisedListeners.length === 0) {
    throw new ConfigError(
      'there must be at least one broker advertised listener: add one that is not in controller.listener.names to listeners',
    )
  }
  const known = new Set(listeners.map(({ name }) => name))
  const stranger = advertisedListeners.find(({ name }) => !known.has(name))
  if (stranger) {
    throw new ConfigError(
      `advertised.listeners has ${stranger.name}, which is not in listeners (${names(listeners)}): add it to listeners or take it out`,
    )
  }
  if (!advertisedListeners.some(({ name }) => name === interBrokerListenerName)) {
    throw new ConfigError(
      `the listener between brokers, ${interBrokerListenerName}, is not among the advertised ones (${names(advertisedListeners)}): set inter.broker.listener.name to one of them`,
    )
  }
}

const interBrokerListener = (sources: BrokerConfigSources): string => {
  const name = effective('inter.broker.listener.name', sources)
  if (name === undefined) return effective('security.inter.broker.protocol', sources)
  if (sources.staticBroker.has('security.inter.broker.protocol')) {
    throw new ConfigError(
      'inter.broker.listener.name and security.inter.broker.protocol are both set: take one of them out',
    )
  }
  return name.toUpperCase()
}

/** Reads and checks everything about listeners (Kafka's `KafkaConfig.validateValues`). */
export const listenerSettings = (sources: BrokerConfigSources, roles: Roles): ListenerSettings => {
  const controllerListenerNames = capitals(effective('controller.listener.names', sources))
  const protocols = protocolMap(sources, controllerListenerNames)
  const listeners = parseListeners(effective('listeners', sources), {
    key: 'listeners',
    protocols,
    distinctPorts: true,
  })
  refuseSecured(listeners)
  const entries = effective('advertised.listeners', sources)
  const advertised = entries
    ? parseListeners(entries, { key: 'advertised.listeners', protocols, distinctPorts: false })
    : listeners
  const isControllers = ({ name }: Listener): boolean => controllerListenerNames.includes(name)
  const settings: ListenerSettings = {
    listeners,
    advertisedListeners: roles.isBroker ? advertised.filter(listener => !isControllers(listener)) : [],
    advertisedControllerListeners: roles.isController
      ? controllerListenerNames.flatMap(
          name =>
            advertised.find(listener => listener.name === name) ??
            listeners.find(listener => listener.name === name) ??
            [],
        )
      : [],
    controllerListenerNames,
    interBrokerListenerName: interBrokerListener(sources),
  }
  checkControllerListeners(settings, roles)
  if (roles.isBroker) checkBrokerListeners(settings)
  const told = [...settings.advertisedListeners, ...settings.advertisedControllerListeners]
  if (told.some(({ host }) => host === '0.0.0.0')) {
    throw new ConfigError(
      'advertised.listeners cannot use the nonroutable meta-address 0.0.0.0: set advertised.listeners to an address that clients can reach',
    )
  }
  return settings
}
